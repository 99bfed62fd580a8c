// The communication graph: seats in a circle, and an arrow for each channel, whose strength shows the present message.

const viewerNetwork = (() => {
  const [WIDTH, HEIGHT, RADIUS, NODE] = [340, 232, 84, 13];
  const STEPS = 12; // number of shades of an arrow; fewer shades need fewer redraws
  const LONG = 14; // maximum number of letters of a name in the picture
  const CROWD = 9; // with more seats than this, the picture shows their numbers
  const crowded = (story) => story.seats.length > CROWD;
  const disc = (story) => Math.min(NODE, (2.2 * RADIUS) / story.seats.length);

  /** The panel: {element, show(position, seat, still)}; null if no seat sends messages. */
  function build(story, choose) {
    const loudest = loudness(story);
    if (!loudest) return null;
    const arrows = story.channels.map((channel) => arrow(story, channel));
    const nodes = story.seats.map((seat, number) => node(story, number, choose));
    const sheet = draw("svg", { class: "viewer-graph", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    sheet.append(...arrows.map((each) => each.element), ...nodes.map((each) => each.element));
    const rows = story.seats.map((seat, number) => row(story, number));
    const ears = story.seats.map((_, listener) => story.channels.filter((channel) => channel[1] === listener));
    const heads = ["Seat", "says", "hears"].map((words) => make("th", { scope: "col" }, words));
    const table = make("table", {}, make("caption", { class: "hidden" }, "What is said and heard at this step"), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows.map((each) => each.element)));
    const about = make("p", { class: "soft viewer-rest" }, "Thick: a large message. Blue is above 0, orange below.");
    const element = make("section", { class: "viewer-network card", "aria-label": "Communication" }, make("h2", { class: "viewer-title" }, "Who speaks to whom"), sheet, make("div", { class: "viewer-table", tabindex: 0, role: "group", "aria-label": "Messages" }, table), about);

    function show(position, seat, still) {
      const said = Array(story.seats.length).fill(null);
      for (const decision of story.decisions(position)) said[decision.seat] = decision.message;
      const weights = weightsAt(story, position);
      const heard = ears.map((channels) => hears(channels, said, weights));
      for (const each of arrows) each.show(said, loudest, weights);
      nodes.forEach((each, number) => each.show(said[number], number === seat));
      rows.forEach((each, number) => each.show(said[number], heard[number], loudest.number, number === seat, still));
      if (still) sheet.setAttribute("aria-label", spoken(story, said));
    }

    return { element, show };
  }

  /** The size of the largest message, and the largest number in a message; null without messages or channels. */
  function loudness(story) {
    let [message, number] = [0, 0];
    for (const [decisions] of story.steps) {
      for (const raw of decisions) {
        if (!raw[5]) continue;
        message = Math.max(message, size(raw[5]));
        number = Math.max(number, ...raw[5].map((each) => Math.abs(each ?? 0)));
      }
    }
    const spoke = story.steps.some(([decisions]) => decisions.some((raw) => raw[5]));
    const weight = Math.max(...story.channels.map(([, , share]) => Math.abs(share)), 0);
    return spoke && story.channels.length ? { message: message * weight || 1, number: number || 1 } : null;
  }

  const size = (message) => Math.hypot(...message.map((number) => number ?? 0));

  /** The function that gives the weight of a channel at a position: that of its listener's decision, or its usual one. */
  function weightsAt(story, position) {
    const known = new Map();
    for (const { seat, heard } of story.decisions(position)) if (heard) known.set(seat, new Map(heard));
    return ([speaker, listener, weight]) => (known.has(listener) ? known.get(listener).get(speaker) ?? 0 : weight);
  }

  /** The message that arrives at a seat: the weighted sum of its speakers' messages; null if there are none. */
  function hears(channels, said, weights) {
    const from = channels.filter((channel) => said[channel[0]] && weights(channel));
    if (!from.length) return null;
    const width = Math.max(...from.map(([speaker]) => said[speaker].length));
    return Array.from({ length: width }, (_, at) => from.reduce((sum, channel) => sum + weights(channel) * (said[channel[0]][at] ?? 0), 0));
  }

  const spoken = (story, said) => {
    const speakers = story.seats.filter((_, number) => said[number]).map((seat) => seat.name);
    return `Communication graph of ${story.seats.length} seats and ${story.channels.length} channels. ${speakers.length ? `Speaking: ${speakers.join(", ")}.` : "Nobody speaks."}`;
  };

  function spot(number, count) {
    const angle = (2 * Math.PI * number) / count - Math.PI / 2;
    return [WIDTH / 2 + RADIUS * 1.25 * Math.cos(angle), HEIGHT / 2 + RADIUS * Math.sin(angle)];
  }

  /** A channel as a curve that leaves room for the channel in the other direction. */
  function arrow(story, [speaker, listener, weight]) {
    const [[x1, y1], [x2, y2]] = [speaker, listener].map((seat) => spot(seat, story.seats.length));
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
    const bend = Math.min(16, length / 6);
    const [mx, my] = [(x1 + x2) / 2 - dy * bend, (y1 + y2) / 2 + dx * bend];
    const reach = Math.hypot(x2 - mx, y2 - my) || 1;
    const [ex, ey] = [(x2 - mx) / reach, (y2 - my) / reach]; // the direction at the end of the curve
    const [tx, ty] = [x2 - ex * (disc(story) + 3), y2 - ey * (disc(story) + 3)];
    const [bx, by] = [tx - ex * 8, ty - ey * 8];
    const path = draw("path", { d: `M ${x1} ${y1} Q ${mx} ${my} ${bx} ${by}`, fill: "none" });
    const head = draw("path", { d: `M ${tx} ${ty} L ${bx - ey * 4} ${by + ex * 4} L ${bx + ey * 4} ${by - ex * 4} Z`, stroke: "none" });
    const title = draw("title", {}, `${story.seats[speaker].name} → ${story.seats[listener].name}, weight ${viewerNumbers.short(weight)}`);
    const element = draw("g", { class: "viewer-arrow" }, title, path, head);
    element.style.setProperty("--seat", story.seats[speaker].colour);
    let shown = null;

    function show(said, loudest, weights) {
      const now = Math.abs(weights([speaker, listener, weight]));
      const loud = said[speaker] ? Math.ceil(STEPS * Math.min(1, (now * size(said[speaker])) / loudest.message)) / STEPS : 0;
      if (loud === shown) return;
      shown = loud;
      element.style.opacity = 0.14 + 0.86 * loud;
      path.style.strokeWidth = 1 + 3.5 * loud;
      element.dataset.loud = loud.toFixed(2);
    }

    return { element, show };
  }

  function node(story, number, choose) {
    const [x, y] = spot(number, story.seats.length);
    const [reach, radius] = [Math.hypot(x - WIDTH / 2, y - HEIGHT / 2) || 1, disc(story)];
    const away = crowded(story) ? [(x - WIDTH / 2) / reach, (y - HEIGHT / 2) / reach] : [0, y > HEIGHT / 2 - 5 ? 1 : -1];
    const name = story.seats[number].name;
    const short = name.length > LONG ? `${name.slice(0, LONG - 1)}…` : name;
    const label = draw("text", { x: x + away[0] * (radius + 10), y: y + away[1] * (radius + 10), "text-anchor": "middle", "dominant-baseline": "central" }, crowded(story) ? String(number) : short);
    const spotted = draw("circle", { cx: x, cy: y, r: radius });
    spotted.style.fill = story.seats[number].colour;
    const element = draw("g", { class: "viewer-node", click: () => choose(number) }, draw("title", {}, story.who(number)), spotted, label);

    function show(message, selected) {
      element.classList.toggle("viewer-silent", !message);
      element.classList.toggle("viewer-selected", selected);
    }

    return { element, show };
  }

  function row(story, number) {
    const [says, hears] = [cells(), cells()];
    const name = make("th", { scope: "row" }, viewerDecision.dot(story.seats[number].colour), make("bdi", {}, crowded(story) ? `${number} ${story.seats[number].name}` : story.seats[number].name));
    const element = make("tr", {}, name, make("td", {}, says.element), make("td", {}, hears.element));

    function show(said, heard, largest, selected, still) {
      element.classList.toggle("viewer-selected", selected);
      says.show(said, largest, still);
      hears.show(heard, largest, still);
    }

    return { element, show };
  }

  /** A message as a row of coloured cells. */
  function cells() {
    const element = make("span", { class: "viewer-cells", role: "img" });
    const boxes = [];

    function show(message, largest, still) {
      while (boxes.length < (message?.length ?? 0)) {
        boxes.push(make("i"));
        element.append(boxes.at(-1));
      }
      boxes.forEach((box, at) => {
        const number = message?.[at];
        const share = Math.min(1, Math.abs(number ?? 0) / largest);
        box.hidden = !message || at >= message.length;
        box.style.background = `color-mix(in srgb, var(--series-${number < 0 ? 2 : 1}) ${Math.round(share * 20) * 5}%, var(--paper))`;
      });
      if (!still) return;
      const words = message ? message.map((number) => viewerNumbers.signed(number)).join(" ") : "nothing";
      element.setAttribute("aria-label", words);
      element.title = words;
    }

    return { element, show };
  }

  return { build };
})();
