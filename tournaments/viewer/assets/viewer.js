// The viewer: it assembles its parts, and has the clock that plays a match.

/**
 * Show a match inside an element.
 *
 * content: the result of `tournaments.viewer.replay_page.content`. position: number of steps that have been played when it opens.
 * seat: the name of the selected seat. onPosition(step, seat): called some time after the last change. address(step, seat): a link
 * to that position, if there are links.
 * Returns {close(), go(step, seat)}.
 */
function openReplay(place, content, { position = 0, seat = null, onPosition = () => {}, address = null } = {}) {
  const story = viewerStory(content);
  // A frame with inline content (srcdoc) has no address of its own. A link in it would lead to the page around it.
  const own = document.baseURI.split("#")[0] === location.href.split("#")[0];
  const numberOf = (name) => (name === null ? null : [...story.seats.keys()].find((each) => story.seats[each].name === name) ?? null);
  const clamp = (step) => (Number.isFinite(step) ? Math.min(story.last, Math.max(0, Math.round(step))) : 0);
  // A match takes about half a minute at speed 1. The duration of a step has a minimum and a maximum.
  const pace = Math.round(10 * Math.min(15, Math.max(1.5, story.last / 30))) / 10;
  const state = { position: clamp(position), seat: numberOf(seat), playing: false, loop: false, speed: 1, clock: 0 };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const [PANEL, PAUSE, REST] = [70, 900, 200]; // milliseconds: between updates of panels during play, at the end before a loop, after the last change

  const act = {
    pace,
    go: (step, seat = state.seat) => go(step, seat),
    step: (by) => go(state.position + by),
    toggle: () => (state.playing ? pause() : play()),
    loop: () => ((state.loop = !state.loop), controls.show(state.position, state)),
    speed: (factor) => ((state.speed = factor), controls.show(state.position, state)),
    next: () => go(highlights.next(state.position)),
    before: () => go(highlights.before(state.position)),
    help: () => (controls.keys.open = !controls.keys.open),
  };
  const choose = (seat) => go(state.position, state.seat === seat ? null : seat);

  const board = viewerFrames.build(story, choose);
  const decision = viewerDecision.build(story, choose);
  const network = viewerNetwork.build(story, choose);
  const highlights = viewerHighlights.build(story, act.go);
  const controls = viewerControls.build(story, act, highlights.marks);
  const curves = viewerCurves.build(story, act.go, choose);
  const words = make("p", { class: "viewer-happened" });
  const link = make("a", { class: "viewer-link" }, "Link to this step");
  const status = make("p", { class: "hidden", role: "status" });
  const left = make("div", { class: "viewer-left" }, ...(board.drawable ? [board.element] : []), make("div", { class: "viewer-caption" }, words, ...(address && own ? [link] : [])));
  const panels = [decision.element, ...(network ? [network.element] : []), curves.element, highlights.element];
  const root = make("article", { class: "viewer", "aria-label": "Replay" }, viewerHeader.build(story), left, controls.element, ...panels, status);
  root.classList.toggle("viewer-undrawn", !board.drawable);
  root.classList.toggle("viewer-talking", Boolean(network));
  place.append(make("div", { class: "viewer-room" }, root));

  const stop = viewerControls.listen(root, state, act, story.last);
  let [request, timer, painted, ended, before] = [0, 0, 0, null, 0];

  /** Show a position and `share` of the way to the next one. During fast play the panels are updated less often. */
  function show(share = 0) {
    const now = performance.now();
    board.show(state.position, share, state.seat);
    curves.cursor(state.position + share);
    if (state.playing && now - painted < PANEL) return;
    painted = now;
    decision.show(state.position, state.seat);
    network?.show(state.position, state.seat, !state.playing);
    highlights.show(state.position);
    curves.show(state.position, state.seat);
    controls.show(state.position, state);
    viewerDecision.write(words, story.happened(state.position));
  }

  /** Show a change. Some time after the last change, update the status, the address and the listener. */
  function settle() {
    painted = 0;
    show();
    clearTimeout(timer);
    if (!state.playing) timer = setTimeout(rest, REST);
  }

  function rest() {
    const at = `Step ${state.position} of ${story.last}. ${[...highlights.at(state.position).map((title) => `${title}.`), story.happened(state.position), story.toMove(state.position)].join(" ")}`;
    viewerDecision.write(status, at);
    tell();
  }

  function tell() {
    const name = state.seat === null ? null : story.seats[state.seat].name;
    board.name(`The game after ${state.position} of ${story.last} steps. ${story.happened(state.position)}`);
    controls.show(state.position, state, story.toMove(state.position));
    if (address) link.setAttribute("href", address(state.position, name));
    onPosition(state.position, name);
  }

  function go(step, seat = state.seat) {
    state.position = clamp(step);
    state.seat = seat;
    state.clock = state.position;
    ended = null;
    settle();
  }

  function play() {
    if (story.last === 0) return;
    if (state.position === story.last) state.position = 0;
    state.playing = true;
    state.clock = state.position;
    [ended, before] = [null, performance.now()];
    settle();
    request = requestAnimationFrame(tick);
  }

  function pause() {
    state.playing = false;
    cancelAnimationFrame(request);
    settle();
  }

  function tick(now) {
    if (!state.playing) return;
    const passed = Math.max(0, Math.min(250, now - before)); // a page that was inactive continues from its old position
    before = now;
    if (ended === null) state.clock += (passed / 1000) * pace * state.speed;
    if (state.clock >= story.last) return over(now);
    const position = Math.floor(state.clock);
    if (position !== state.position) state.position = position;
    show(still.matches ? 0 : state.clock - position);
    request = requestAnimationFrame(tick);
  }

  /** The end of a match during play: stop, or start again after a pause. */
  function over(now) {
    state.clock = state.position = story.last;
    if (!state.loop) return pause();
    if (ended === null) {
      ended = now;
      painted = 0;
      show();
    } else if (now - ended > PAUSE) {
      [ended, state.clock, state.position] = [null, 0, 0];
      show();
    }
    request = requestAnimationFrame(tick);
  }

  show();
  tell();
  return {
    go: (step, seat = null) => go(step, numberOf(seat)),
    close() {
      state.playing = false;
      cancelAnimationFrame(request);
      clearTimeout(timer);
      stop();
      root.parentElement.remove();
    },
  };
}
