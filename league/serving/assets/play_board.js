// The board of a running game: its last pictures one after another, and places in it to point at.

const playBoard = (() => {
  const PAUSE = 260; // milliseconds between two pictures of what the others did
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /** A board: {element, show(state, choose)}. `choose(action)` is called when the person points at a place of an action. */
  function build() {
    const element = make("div", { class: "play-board" });
    let timer = 0;
    let shown = null;

    function show(state, choose) {
      clearTimeout(timer);
      const frames = state.frames ?? [];
      if (!frames.length) return;
      const seats = state.seats.map((seat) => ({ name: seat.name }));
      const board = viewerFrames.build({ frames, pictures: state.pictures, seats, who: (seat) => `${seats[seat].name} (${state.seats[seat].player})` }, () => {});
      board.name(`The game after ${state.step} steps`);
      const last = frames.length - 1;
      const fresh = shown !== `${state.key} ${state.turn}`;
      shown = `${state.key} ${state.turn}`;
      const from = fresh && !still.matches ? 0 : last;
      const step = (at) => {
        board.show(at);
        if (at < last) timer = setTimeout(() => step(at + 1), PAUSE);
        else point(board.element, state, choose);
      };
      element.replaceChildren(board.element);
      step(from);
    }

    return { element, show };
  }

  /** Lay the places of the legal actions over the picture. An action with two places is chosen by both, one after the other. */
  function point(element, state, choose) {
    const sheet = element.querySelector("svg");
    if (!sheet || state.choices.length !== 1 || !state.targets) return;
    const legal = state.choices[0].moves.filter((move) => state.targets[move.action]);
    const layer = draw("g", { class: "play-targets", "aria-hidden": "true" });
    sheet.append(layer);
    let first = null;

    const spots = (moves, place) => {
      const found = new Map();
      for (const move of moves) {
        const box = state.targets[move.action][place];
        const key = box.join(" ");
        found.set(key, [...(found.get(key) ?? []), move]);
      }
      return found;
    };

    function paint() {
      layer.replaceChildren();
      const two = legal.some((move) => state.targets[move.action].length > 1);
      for (const [key, moves] of spots(legal, 0)) layer.append(spot(key, moves, two ? () => take(key, moves) : () => choose(moves[0].action), key === first));
      if (first === null) return;
      const moves = spots(legal, 0).get(first) ?? [];
      for (const [key, ends] of spots(moves, 1)) layer.append(spot(key, ends, () => choose(ends.length === 1 ? ends[0].action : null, ends), false, "play-end"));
    }

    function take(key) {
      first = first === key ? null : key;
      paint();
    }

    function spot(key, moves, act, chosen, kind = "") {
      const [x, y, width, height] = key.split(" ").map(Number);
      const made = draw("rect", { x, y, width, height, rx: 4, class: `play-target ${kind} ${chosen ? "play-chosen" : ""}`, click: act });
      made.append(draw("title", {}, moves.map((move) => move.name).slice(0, 4).join(", ")));
      return made;
    }

    paint();
  }

  return { build };
})();
