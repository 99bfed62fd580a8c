// The decisions of the seats to move: chosen action, probabilities, legal actions, values.

const viewerDecision = (() => {
  const ALL = 16; // maximum number of moves that are all shown
  const SOME = 12; // with more moves, the number of most probable ones that are shown

  const dot = (colour) => {
    const made = make("span", { class: "viewer-dot", "aria-hidden": "true" });
    made.style.background = colour;
    return made;
  };

  /** The panel: {element, show(position, seat)}. `choose(seat)` is called when the reader selects one of several seats. */
  function build(story, choose) {
    const title = make("h2", { class: "viewer-title" });
    const list = make("ul", { class: "viewer-seats", "aria-label": "Seats that decide at this step" });
    const card = detail(story);
    const words = make("p", { class: "viewer-result" });
    const body = make("div", { class: "viewer-choices" }, list, card.element, words);
    const element = make("section", { class: "viewer-decision card", "aria-label": "Decision" }, title, body);
    const rows = new Map();

    function row(seat) {
      if (rows.has(seat)) return rows.get(seat);
      const action = make("span", { class: "viewer-action" });
      const value = make("span", { class: "viewer-number soft" });
      const name = make("bdi", { class: "viewer-name", title: story.who(seat) }, story.seats[seat].name);
      const button = make("button", { type: "button", click: () => choose(seat) }, dot(story.seats[seat].colour), name, action, value);
      const made = { item: make("li", {}, button), button, action, value };
      rows.set(seat, made);
      return made;
    }

    function show(position, wanted) {
      const decisions = story.decisions(position);
      const chosen = decisions.find((decision) => decision.seat === wanted) ?? decisions[0];
      write(title, position === story.last ? "The end" : decisions.length > 1 ? `${decisions.length} seats decide` : "To move");
      body.classList.toggle("viewer-several", decisions.length > 1);
      list.hidden = decisions.length < 2;
      card.element.hidden = !chosen;
      words.hidden = Boolean(chosen);
      if (!chosen) write(words, position === story.last ? story.result : "No seat decides at this step.");
      if (decisions.length > 1) many(decisions, chosen, position);
      if (chosen) card.show(chosen, position);
    }

    function many(decisions, chosen, position) {
      const items = decisions.map((decision) => row(decision.seat).item);
      if (items.length !== list.children.length || items.some((item, at) => list.children[at] !== item)) list.replaceChildren(...items);
      for (const { seat, action, value } of decisions) {
        const shown = rows.get(seat);
        write(shown.action, story.called(seat, action, position));
        write(shown.value, value === null ? "" : viewerNumbers.signed(value));
        const now = String(seat === chosen.seat);
        if (shown.button.getAttribute("aria-pressed") !== now) shown.button.setAttribute("aria-pressed", now);
      }
    }

    return { element, show };
  }

  /** One seat's decision. */
  function detail(story) {
    const spot = dot("");
    const player = make("bdi", { class: "viewer-player" });
    const seat = make("bdi", { class: "soft" });
    const value = make("span", { class: "viewer-value", title: "The critic's estimate of the future discounted reward of the seat" });
    const choice = make("strong");
    const likely = make("span", { class: "soft" });
    const moves = make("tbody");
    const heads = ["Move", "Probability", "", ""].map((words) => make("th", { scope: "col" }, words));
    const table = make("table", { class: "viewer-moves" }, make("caption", { class: "hidden" }, "Moves and how likely each was"), make("thead", {}, make("tr", {}, ...heads)), moves);
    const rest = make("p", { class: "soft viewer-rest" });
    const element = make(
      "div",
      { class: "viewer-choice" },
      make("p", { class: "viewer-mover" }, spot, make("span", { class: "viewer-names" }, player, " ", seat), value),
      make("p", {}, "chooses ", choice, likely),
      table,
      rest,
    );
    const pool = [];
    const widest = reach(story);

    function show(decision, position) {
      const { seat: number, action, probabilities, legal } = decision;
      const continuous = Array.isArray(action);
      const place = story.seats[number];
      spot.style.background = place.colour;
      element.style.setProperty("--seat", place.colour);
      write(player, story.short(number));
      write(seat, story.alone ? place.name : story.player(number));
      write(value, decision.value === null ? "" : `value ${viewerNumbers.signed(decision.value)}`);
      write(choice, story.called(number, action, position));
      const share = continuous ? null : probabilities?.[action] ?? null;
      write(likely, story.forced(decision) ? ", the only legal move: forced" : share === null ? "" : ` with probability ${share.toFixed(2)}`);
      write(heads[0], continuous ? "Component" : "Move");
      const range = continuous && widest.get(place.role).map((end) => viewerNumbers.short(Number(end.toFixed(2)))).join(" to ");
      write(heads[1], continuous ? `${probabilities ? "Mean and chosen" : "Chosen"}, ${range}` : probabilities ? "Probability" : "");
      const lines = continuous ? components(decision, widest.get(place.role)) : alternatives(story, decision, position);
      while (pool.length < lines.length) pool.push(line());
      const shown = pool.slice(0, lines.length);
      if (moves.children.length !== shown.length) moves.replaceChildren(...shown.map((each) => each.row));
      lines.forEach((content, at) => shown[at].fill(content));
      write(rest, continuous ? "" : remainder(decision, lines.length, probabilities, legal));
    }

    return { element, show };
  }

  function line() {
    const name = make("th", { scope: "row" });
    const bar = make("i");
    const mean = make("b");
    const track = make("td", { class: "viewer-track" }, make("span", {}, bar, mean));
    const number = make("td", { class: "right viewer-number" });
    const note = make("td", { class: "viewer-note" });
    const row = make("tr", {}, name, track, number, note);

    function fill({ label, share, at, from, figure, words, kind }) {
      write(name, label);
      write(number, figure);
      write(note, words);
      if (row.className !== kind) row.className = kind;
      bar.hidden = share === null && at === undefined;
      bar.style.transform = at === undefined ? `scaleX(${share ?? 0})` : `translateX(${at * 100}%)`;
      mean.hidden = from === undefined || from === null;
      if (!mean.hidden) mean.style.transform = `translateX(${from * 100}%)`;
    }

    return { row, fill };
  }

  /** The rows of a discrete choice: all actions, or the most probable of many. */
  function alternatives(story, { seat, action, legal, probabilities }, position) {
    const labels = story.labels[story.seats[seat].labels];
    const named = [...Array(Math.max(probabilities?.length ?? 0, labels.length)).keys()];
    const allowed = new Set(legal ?? [...named, action]);
    let moves = [...new Set([...named, ...allowed, action])].sort((one, other) => one - other);
    if (moves.length > ALL) {
      const likeliest = [...allowed].sort((one, other) => (probabilities?.[other] ?? 0) - (probabilities?.[one] ?? 0) || one - other);
      moves = [...new Set([action, ...likeliest])].slice(0, SOME).sort((one, other) => one - other);
    }
    return moves.map((move) => {
      const isLegal = allowed.has(move);
      const share = isLegal ? probabilities?.[move] ?? null : null;
      const words = [move === action ? "chosen" : "", isLegal ? "" : "not legal"].filter(Boolean).join(", ");
      const kind = [move === action ? "viewer-chosen" : "", isLegal ? "" : "viewer-illegal"].filter(Boolean).join(" ");
      return { label: story.called(seat, move, position), share, figure: share === null ? "" : share.toFixed(2), words, kind };
    });
  }

  function remainder({ action }, shown, probabilities, legal) {
    const said = [];
    const more = legal && shown < legal.length ? legal.length - shown : 0;
    if (more) said.push(`and ${more} other legal moves`);
    if (!probabilities) said.push("This player does not report the probabilities of its moves.");
    if (legal && !legal.includes(action)) said.push("The chosen move is not among the legal ones.");
    return said.join(" ");
  }

  /** The rows of a continuous choice: each component between the smallest and the largest value of the match. */
  function components({ action, probabilities }, [low, high]) {
    const place = (number) => (high > low ? (number - low) / (high - low) : 0.5);
    return action.map((number, at) => {
      const mean = probabilities?.[at] ?? null;
      const figure = mean === null ? viewerNumbers.signed(number) : `${viewerNumbers.signed(mean)} → ${viewerNumbers.signed(number)}`;
      return { label: String(at), share: null, at: place(number), from: mean === null ? null : place(mean), figure, words: "", kind: "viewer-component" };
    });
  }

  /** The range of continuous actions and their means, by role. */
  function reach(story) {
    const found = new Map();
    for (let position = 0; position < story.last; position++) {
      for (const { seat, action, probabilities } of story.decisions(position)) {
        if (!Array.isArray(action)) continue;
        const [low, high] = found.get(story.seats[seat].role) ?? [0, 0];
        const numbers = [...action, ...(probabilities ?? [])].filter(Number.isFinite);
        found.set(story.seats[seat].role, [Math.min(low, ...numbers), Math.max(high, ...numbers)]);
      }
    }
    return found;
  }

  /** Change an element's text if it differs. */
  function write(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  return { build, dot, write };
})();
