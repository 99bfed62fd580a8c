// The page on which a person plays: the choice of a game, then the game, then its end.

(() => {
  const place = document.getElementById("play");
  const status = document.getElementById("status");
  const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", " ": "stay" };
  const QUICK = 9; // the first moves of a list have the keys 1 to 9
  const WAIT = 400; // milliseconds before the page asks again, if the server needed too long for one answer

  /** Run something that asks the server; show the sentence of an error. */
  async function attempt(work) {
    try {
      server.alarm();
      return await work();
    } catch (error) {
      server.alarm(error.message);
      return null;
    }
  }

  // The choice of a game -----------------------------------------------------------------------------------------------------

  async function menu(before = {}) {
    const overview = await attempt(() => server.ask("GET", "/v1/play"));
    if (!overview) return;
    const games = new Map(overview.games.map((game) => [game.game, game]));
    if (!games.size) return void place.replaceChildren(make("p", {}, "There is no game to play here."));
    const game = choice("Game", [...games.keys()], before.game);
    const seat = choice("You are", [], "");
    const rivals = make("fieldset", { class: "play-rivals" }, make("legend", {}, "Opponents"));
    const name = make("input", { id: "name", maxlength: 40, value: before.name ?? "guest", autocomplete: "nickname" });
    const guest = make("input", { type: "checkbox", id: "enter", ...(before.guest ? { checked: true } : {}) });
    const start = make("button", { type: "submit", class: "play-start" }, "Play");
    const form = make(
      "form",
      { class: "play-form card", submit: (event) => begin(event) },
      game.element,
      seat.element,
      rivals,
      make("p", {}, make("label", { for: "name" }, "Your name"), name),
      make("p", { class: "play-check" }, guest, make("label", { for: "enter" }, "Enter the result into the table of guests")),
      start,
    );
    const guests = make("section", { class: "play-guests" });
    place.replaceChildren(form, guests);
    game.field.addEventListener("change", describe);
    await describe();
    showGuests(guests);
    game.field.focus();

    async function describe() {
      start.disabled = true;
      const told = await attempt(() => server.ask("GET", `/v1/play/${game.field.value.split("/").map(encodeURIComponent).join("/")}`));
      if (!told) return;
      const seats = told.seats.filter((each) => each.playable);
      seat.fill(seats.map((each) => each.seat), before.seat);
      start.disabled = !seats.length;
      form.dataset.game = told.game;
      if (!seats.length) server.alarm("Nobody can play this game by hand: its seats act with real numbers.");
      const offered = games.get(told.game).leagues;
      const names = [...offered.flatMap((league) => league.players), ...told.bots];
      const many = Math.max(1, Math.min(told.teams - 1, 8));
      const fields = [...Array(many).keys()].map((number) => choice(many > 1 ? `Opponent ${number + 1}` : told.teams > 1 ? "Opponent" : "Partner", names, before.against?.[number] ?? names[0]));
      const notes = offered.filter((league) => league.why_not).map((league) => make("p", { class: "soft" }, make("bdi", {}, league.league), `: ${league.why_not}`));
      rivals.replaceChildren(make("legend", {}, told.teams > 1 ? "Opponents" : "Partner"), ...fields.map((field) => field.element), ...notes);
    }

    async function begin(event) {
      event.preventDefault();
      const against = [...rivals.querySelectorAll("select")].map((field) => field.value);
      const wanted = { game: game.field.value, against, seat: seat.field.value, name: name.value, guest: guest.checked };
      start.disabled = true;
      const state = await attempt(() => server.ask("POST", "/v1/games", wanted));
      start.disabled = false;
      if (state) play(state, wanted);
    }
  }

  let counter = 0;
  function choice(words, options, chosen) {
    const id = `choice-${counter++}`;
    const field = make("select", { id });
    const fill = (names, wanted) => {
      field.replaceChildren(...names.map((each) => make("option", { value: each, ...(each === wanted ? { selected: true } : {}) }, each)));
    };
    fill(options, chosen);
    return { element: make("p", {}, make("label", { for: id }, words), field), field, fill };
  }

  async function showGuests(element) {
    const told = await attempt(() => server.ask("GET", "/v1/guests"));
    if (!told?.guests.length) return;
    const heads = ["Guest", "Game", "Against", "Games", "Won", "Drawn", "Lost", "Mean return"];
    const rows = told.guests.map((row) =>
      make(
        "tr",
        {},
        ...[row.guest, row.game, row.opponents.join(", ")].map((text) => make("td", {}, make("bdi", {}, text))),
        ...[row.games, row.wins, row.draws, row.losses, row.mean_return.toFixed(2)].map((number) => make("td", { class: "right" }, String(number))),
      ),
    );
    const head = make("thead", {}, make("tr", {}, ...heads.map((words, at) => make("th", { scope: "col", class: at > 2 ? "right" : "" }, words))));
    element.replaceChildren(make("h2", {}, "Guests"), make("p", { class: "soft" }, "These results are kept apart from the ratings of leagues."), make("div", { class: "scroll" }, make("table", {}, head, make("tbody", {}, ...rows))));
  }

  // The game -----------------------------------------------------------------------------------------------------------------

  function play(first, wanted) {
    let state = first;
    let [picked, busy] = [new Map(), false];
    const board = playBoard.build();
    const title = make("h2", { class: "play-title", tabindex: -1 });
    const happened = make("p", { class: "play-happened" });
    const moves = make("div", { class: "play-moves" });
    const rewards = make("p", { class: "soft play-rewards" });
    const thoughts = make("div", { class: "play-thoughts" });
    const ask = make("input", { type: "checkbox", id: "thoughts", change: look });
    const leave = make("button", { type: "button", click: quit }, "Leave");
    const panel = make(
      "div",
      { class: "play-panel" },
      title,
      happened,
      moves,
      rewards,
      make("p", { class: "play-check" }, ask, make("label", { for: "thoughts" }, "Show what the players think")),
      thoughts,
      make("p", {}, leave),
    );
    const room = make("div", { class: "play-room" }, board.element, panel);
    place.replaceChildren(players(first, wanted), room);
    document.addEventListener("keydown", key);
    show();
    title.focus();

    function show() {
      const over = state.status !== "asking" && state.status !== "thinking";
      room.dataset.turn = state.turn;
      room.dataset.status = state.status;
      title.textContent = over ? ending() : state.status === "asking" ? "Your turn" : "The others think …";
      happened.textContent = story();
      rewards.textContent = paid();
      board.show(state, choose);
      moves.replaceChildren(...(state.status === "asking" ? state.choices.map(buttons) : []));
      thoughts.hidden = !ask.checked;
      if (ask.checked) playThoughts.show(thoughts, state.thoughts);
      status.textContent = [title.textContent, happened.textContent].join(" ");
      if (over) end();
      else if (state.status === "thinking") setTimeout(again, WAIT);
    }

    /** The moves of one of the person's seats, as buttons. */
    function buttons(asked, number) {
      const several = state.choices.length > 1;
      const made = asked.moves.map((move, at) => {
        const chosen = picked.get(asked.agent) === move.action;
        const hint = several || at >= QUICK ? [] : [make("kbd", { "aria-hidden": "true" }, String(at + 1))];
        return make("button", { type: "button", class: "play-move", "aria-pressed": several ? String(chosen) : null, click: () => take(asked.agent, move.action) }, ...hint, make("bdi", {}, move.name));
      });
      const label = several ? make("p", { class: "play-agent" }, asked.agent) : "";
      return make("div", { class: "play-choice", role: "group", "aria-label": `Moves of ${asked.agent}`, "data-number": number }, label, ...made);
    }

    /** Point at a place in the picture: an action, or several actions among which the buttons decide. */
    function choose(action, among = null) {
      if (action !== null) return take(state.choices[0].agent, action);
      const only = new Set(among.map((move) => move.action));
      const asked = state.choices[0];
      moves.replaceChildren(buttons({ ...asked, moves: asked.moves.filter((move) => only.has(move.action)) }, 0));
      moves.querySelector("button").focus();
    }

    function take(agent, action) {
      if (busy || state.status !== "asking") return;
      picked.set(agent, action);
      if (state.choices.every((asked) => picked.has(asked.agent))) return void send();
      moves.replaceChildren(...state.choices.map(buttons));
      moves.querySelector(".play-choice:not(:has([aria-pressed=true])) button")?.focus();
    }

    async function send() {
      busy = true;
      const told = { turn: state.turn, moves: Object.fromEntries(picked), thoughts: ask.checked };
      const focused = moves.contains(document.activeElement);
      picked = new Map();
      const next = await attempt(() => server.ask("POST", `/v1/games/${state.key}/moves`, told));
      busy = false;
      if (next) state = next;
      show();
      if (focused && state.status === "asking") moves.querySelector("button")?.focus();
    }

    async function again() {
      const next = await attempt(() => server.ask("GET", `/v1/games/${state.key}?thoughts=${ask.checked}`));
      if (next) state = next;
      show();
    }

    function look() {
      again();
    }

    function key(event) {
      if (event.ctrlKey || event.altKey || event.metaKey || state.status !== "asking" || state.choices.length !== 1) return;
      if (event.target.closest("input, select, dialog")) return;
      const asked = state.choices[0];
      const word = KEYS[event.key];
      const named = word === undefined ? null : asked.moves.find((move) => move.name === word || move.name.endsWith(`, ${word}`));
      if (event.key === " " && event.target.closest("button, a")) return; // it presses the button
      const number = /^[1-9]$/.test(event.key) ? asked.moves[Number(event.key) - 1] : null;
      const move = named ?? number;
      if (!move) return;
      event.preventDefault();
      take(asked.agent, move.action);
    }

    function story() {
      const said = (state.moved ?? []).slice(-8).map((move) => `${move.agent}: ${move.name}`);
      if (state.said.length) return state.said.join("\n");
      return said.length ? `${said.join(", ")}.` : state.step ? "" : "The game begins.";
    }

    function paid() {
      const sums = state.rewards ?? [];
      return sums.some((sum) => sum !== 0) ? `Rewards so far: ${state.seats.map((seat, at) => `${seat.name} ${sums[at].toFixed(2)}`).join(", ")}` : "";
    }

    function ending() {
      if (state.status === "left") return "You left";
      if (state.status === "failed") return "The game failed";
      return state.won === null ? "The game is over" : ["You lost", "A draw", "You won"][state.won + 1];
    }

    function end() {
      document.removeEventListener("keydown", key);
      const links = [];
      if (state.replay) links.push(make("button", { type: "button", click: () => location.assign(`/v1/games/${state.key}/replay`) }, "Open the replay"));
      links.push(make("button", { type: "button", class: "play-start", click: () => menu(wanted) }, "Play again"));
      moves.replaceChildren(make("p", { class: "play-after" }, ...links));
      leave.hidden = true;
      links[0].focus();
    }

    async function quit() {
      await attempt(() => server.ask("DELETE", `/v1/games/${state.key}`));
      document.removeEventListener("keydown", key);
      menu(wanted);
    }
  }

  /** Who plays, above the board. */
  function players(state, wanted) {
    const items = state.seats.map((seat) => make("li", { class: seat.yours ? "play-you" : "" }, make("bdi", { class: "play-name" }, seat.player), make("span", { class: "soft" }, ` ${seat.name}${seat.yours ? " (you)" : ""}`)));
    return make("div", {}, make("p", { class: "soft" }, make("bdi", {}, wanted.game)), make("ul", { class: "play-players", "aria-label": "Players" }, ...items));
  }

  menu();
})();
