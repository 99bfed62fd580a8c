// The controls for moving through a match: buttons, scrubber, keys.

const viewerControls = (() => {
  const SPEEDS = [0.5, 1, 2, 4, 8, 16];
  const FAR = 10; // number of steps for Shift and an arrow key, or for Page Up

  // The icons are drawn in a square of side 20.
  const SIGNS = {
    first: "M 5 4 V 16 M 15 4 L 8 10 L 15 16 Z",
    back: "M 13 4 L 6 10 L 13 16 Z",
    play: "M 6 3 L 16 10 L 6 17 Z",
    pause: "M 6 4 V 16 M 14 4 V 16",
    on: "M 7 4 L 14 10 L 7 16 Z",
    last: "M 15 4 V 16 M 5 4 L 12 10 L 5 16 Z",
    loop: "M 4 11 V 9 A 3 3 0 0 1 7 6 H 15 M 12.5 3 L 15.5 6 L 12.5 9 M 16 9 V 11 A 3 3 0 0 1 13 14 H 5 M 7.5 11 L 4.5 14 L 7.5 17",
  };

  const KEYS = [
    ["Space", "play or pause"],
    ["← →", "one step back or forward"],
    ["Shift ← →", `${FAR} steps`],
    ["Home End", "the opening or the end"],
    ["P N", "previous or next highlight"],
    ["− +", "slower, faster"],
    ["L", "loop"],
    ["?", "this list"],
  ];

  const icon = (name) => draw("svg", { class: "viewer-icon", viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" }, draw("path", { d: SIGNS[name] }));

  const button = (name, words, click) => make("button", { type: "button", class: "viewer-button", title: words, "aria-label": words, click }, icon(name));

  /**
   * The controls: {element, show(position, playing, words)}. `act` has their actions: go(step), toggle(), loop(), speed(factor),
   * and `pace`, the number of steps per second at speed 1.
   */
  function build(story, act, marks) {
    const play = make("button", { type: "button", class: "viewer-button viewer-play", click: act.toggle }, icon("play"));
    const loop = button("loop", "Loop (L)", act.loop);
    const speed = make("select", { "aria-label": "Speed", title: `Speed: 1× is ${viewerNumbers.short(act.pace)} steps a second (− and +)`, change: () => act.speed(Number(speed.value)) });
    speed.append(...SPEEDS.map((factor) => make("option", { value: factor, selected: factor === 1 }, `${factor}×`)));
    const place = make("span", { class: "viewer-place viewer-number" });
    const range = make("input", { type: "range", class: "viewer-scrub", min: 0, max: story.last, step: 1, value: 0, "aria-label": "Step", input: () => act.go(Number(range.value)) });
    const keys = help();
    const buttons = make(
      "div",
      { class: "viewer-buttons", role: "group", "aria-label": "Playback" },
      button("first", "To the opening (Home)", () => act.go(0)),
      button("back", "One step back (←)", () => act.step(-1)),
      play,
      button("on", "One step on (→)", () => act.step(1)),
      button("last", "To the end (End)", () => act.go(story.last)),
      loop,
      speed,
      place,
      make("span", { class: "viewer-hint soft", "aria-hidden": "true" }, "Space plays, ← → step, N and P go from highlight to highlight"),
      keys,
    );
    const element = make("div", { class: "viewer-time" }, buttons, make("div", { class: "viewer-scrubber" }, make("div", { class: "viewer-rail" }, marks, range)));

    function show(position, state, words) {
      if (Number(range.value) !== position) range.value = position;
      viewerDecision.write(place, `step ${position} of ${story.last}`);
      if (words) range.setAttribute("aria-valuetext", `step ${position} of ${story.last}. ${words}`);
      if (play.dataset.playing !== String(state.playing)) {
        play.dataset.playing = state.playing;
        const says = state.playing ? "Pause (space)" : "Play (space)";
        play.title = says;
        play.setAttribute("aria-label", says);
        play.replaceChildren(icon(state.playing ? "pause" : "play"));
      }
      loop.setAttribute("aria-pressed", String(state.loop));
      if (speed.value !== String(state.speed)) speed.value = state.speed;
    }

    return { element, show, keys };
  }

  function help() {
    const lines = KEYS.map(([keys, does]) => make("div", {}, make("dt", {}, ...keys.split(" ").map((key) => make("kbd", {}, key))), make("dd", {}, does)));
    return make("details", { class: "viewer-keys" }, make("summary", {}, "Keys"), make("dl", { class: "card" }, ...lines));
  }

  /** The action of a key; undefined if it has none. */
  function meaning(event, state, act, last) {
    const by = event.shiftKey ? FAR : 1;
    const faster = (change) => act.speed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(state.speed) + change))]);
    const meanings = {
      " ": act.toggle,
      ArrowLeft: () => act.step(-by),
      ArrowRight: () => act.step(by),
      PageDown: () => act.step(-FAR),
      PageUp: () => act.step(FAR),
      Home: () => act.go(0),
      End: () => act.go(last),
      n: act.next,
      p: act.before,
      "+": () => faster(1),
      "=": () => faster(1),
      "-": () => faster(-1),
      l: act.loop,
      "?": act.help,
    };
    return Object.hasOwn(meanings, event.key) ? meanings[event.key] : meanings[event.key.toLowerCase()];
  }

  /** Listen to keys in an element, or without a focus. Returns a function that stops it. */
  function listen(place, state, act, last) {
    function pressed(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target;
      if (target !== document.body && target !== document.documentElement && !place.contains(target)) return;
      const scrub = target.matches?.(".viewer-scrub");
      if (!scrub && target.matches?.("input, select, textarea")) return;
      if (event.key === " " && target.closest?.("button, summary, a")) return;
      if (/^(Home|End|Page)/.test(event.key) && target.closest?.(".viewer-table, .viewer-highlights, .viewer-seats")) return;
      const does = meaning(event, state, act, last);
      if (!does) return;
      event.preventDefault();
      does();
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }

  return { build, listen };
})();
