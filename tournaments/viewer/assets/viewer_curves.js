// The curves under the scrubber: values and rewards, with a cursor. A click goes to the step.

const viewerCurves = (() => {
  const HIGH = 100; // height in the plot's own units; the plot is stretched to its place, but its strokes are not

  /** The curves: {element, cursor(place), show(position, seat)}. */
  function build(story, go, choose) {
    const { values, rewards, extra } = viewerLines.gather(story);
    const charts = [];
    const parts = [];
    const add = (kind) => {
      charts.push(chart(story, kind, extra, go, choose));
      parts.push(charts.at(-1).element);
    };
    if (values.lines.length) add({ ...values, title: "Value", about: "Each critic's estimate of the future discounted reward of its seat", stepped: false });
    if (rewards.lines.length) add({ ...rewards, title: "Rewards so far", about: "The sum of each seat's rewards so far", stepped: true });
    if (charts.length) parts.push(axis(story.last));
    if (!rewards.lines.length) parts.push(make("p", { class: "soft viewer-paid" }, rewards.said));
    const element = make("section", { class: "viewer-curves", "aria-label": "Curves" }, ...parts);
    return {
      element,
      cursor: (place) => charts.forEach((each) => each.cursor(place)),
      show: (position, seat) => charts.forEach((each) => each.show(position, seat)),
    };
  }

  function chart(story, { lines, of, title, about, stepped }, extra, go, choose) {
    const last = story.last;
    const [low, high, marks] = range(lines);
    const sheet = draw("svg", { viewBox: `0 0 ${Math.max(last, 1)} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const y = (number) => HIGH * (1 - (number - low) / (high - low));
    for (const mark of marks) sheet.append(draw("path", { class: mark === 0 ? "viewer-zero" : "viewer-rule", d: `M 0 ${y(mark)} H ${last}` }));
    const drawn = lines.map((line) => ({ line, path: trace(line, y, stepped) }));
    sheet.append(...drawn.map((each) => each.path));
    const own = extra && draw("path", { class: "viewer-line viewer-strong" });
    if (own) sheet.append(own);
    const [cursor, hover] = ["viewer-cursor", "viewer-cursor viewer-hover"].map((name) => make("div", { class: name, "aria-hidden": "true" }));
    hover.hidden = true;
    const plot = make("div", { class: "viewer-plot" }, sheet, make("div", { class: "viewer-over" }, cursor, hover));
    const numbers = marks.map((mark) => {
      const label = make("span", { "aria-hidden": "true" }, viewerNumbers.short(mark));
      label.style.top = `${y(mark)}%`;
      return label;
    });
    const key = legend(story, drawn, extra ? of : null, choose);
    const element = make("div", { class: "viewer-chart", role: "group", "aria-label": `${title}. ${spoken(lines)}` }, make("h3", { title: about }, title), make("div", { class: "viewer-gutter" }, ...numbers), plot, key.element);
    let [position, seat] = [0, null];

    function show(now, selected) {
      position = now;
      if (seat !== selected) {
        seat = selected;
        if (own) own.setAttribute("d", seat === null ? "" : shape(of(seat), y, stepped));
        for (const { line, path } of drawn) path.classList.toggle("viewer-strong", seat !== null && line.seat === seat);
        sheet.classList.toggle("viewer-dimmed", seat !== null && (extra || drawn.some(({ line }) => line.seat === seat)));
      }
      key.show(position, seat);
    }

    pointing(plot, last, go, (place) => {
      hover.hidden = place === null;
      if (place !== null) move(hover, place, last);
      key.show(place ?? position, seat);
    });
    return { element, show, cursor: (place) => move(cursor, place, last) };
  }

  /** The lowest and highest shown number, and the round numbers between them. */
  function range(lines) {
    let [low, high] = [Infinity, -Infinity];
    for (const { numbers } of lines) {
      for (const number of numbers) {
        if (number < low) low = number;
        if (number > high) high = number;
      }
    }
    const near = Math.min(Math.abs(low), Math.abs(high)) <= high - low; // otherwise including 0 would flatten the lines
    const marks = near ? viewerLines.ticks(Math.min(low, 0), Math.max(high, 0), 2) : viewerLines.ticks(low, high, 2);
    return [marks[0], marks.at(-1), marks];
  }

  function trace(line, y, stepped) {
    const path = draw("path", { class: line.faint ? "viewer-line viewer-faint" : "viewer-line", d: shape(line, y, stepped), "stroke-dasharray": line.dash });
    path.style.stroke = line.colour;
    path.classList.toggle("viewer-point", line.numbers.filter(Number.isFinite).length === 1);
    return path;
  }

  function shape({ numbers }, y, stepped) {
    const parts = viewerLines.points(numbers).map((at) => [at, Math.round(y(numbers[at]) * 100) / 100]);
    if (!parts.length) return "";
    const joined = parts.slice(1).map(([x, height]) => (stepped ? `H ${x} V ${height}` : `L ${x} ${height}`));
    return [`M ${parts[0].join(" ")}`, ...joined, parts.length === 1 ? "h 0" : ""].join(" ");
  }

  function spoken(lines) {
    return lines
      .filter((line) => !line.faint)
      .map(({ name, numbers }) => {
        const known = numbers.filter(Number.isFinite);
        return `${name}: from ${viewerNumbers.signed(known[0])} to ${viewerNumbers.signed(known.at(-1))}`;
      })
      .join("; ");
  }

  /** The legend: the name of each line, and its number at a position. */
  function legend(story, drawn, of, choose) {
    const items = drawn.filter(({ line }) => !line.faint).map(({ line }) => item(line, choose));
    const own = of ? item({ seat: null, name: "", colour: "var(--ink)", dash: "none" }, choose) : null;
    const list = make("ul", {}, ...items.map((each) => each.element), ...(own ? [own.element] : []));
    const element = make("div", { class: "viewer-legend" }, list);

    function show(position, seat) {
      for (const each of items) each.show(each.line.numbers, position, each.line.seat === seat && seat !== null);
      if (!own) return;
      own.element.hidden = seat === null;
      if (seat === null) return;
      own.name(story.short(seat));
      own.show(of(seat).numbers, position, true);
    }

    return { element, show };
  }

  function item(line, choose) {
    const stroke = draw("path", { d: "M 1 5 H 21", "stroke-dasharray": line.dash });
    stroke.style.stroke = line.colour;
    const sample = draw("svg", { viewBox: "0 0 22 10", width: 22, height: 10, "aria-hidden": "true" }, stroke);
    const name = make("bdi", { title: line.about ?? line.name }, line.name);
    const number = make("span", { class: "viewer-number" });
    const inside = [sample, name, number];
    const box = line.seat === null ? make("span", { class: "viewer-item" }, ...inside) : make("button", { type: "button", class: "viewer-item", click: () => choose(line.seat) }, ...inside);

    function show(numbers, position, selected) {
      viewerDecision.write(number, viewerNumbers.signed(viewerLines.known(numbers, position)));
      if (line.seat !== null) box.setAttribute("aria-pressed", String(selected));
    }

    return { element: make("li", {}, box), line, show, name: (words) => viewerDecision.write(name, words) };
  }

  /** Pointer events of a plot: pressing and dragging goes to a step, hovering shows the numbers of a step. */
  function pointing(plot, last, go, hover) {
    const place = (event) => {
      const box = plot.getBoundingClientRect();
      return Math.min(last, Math.max(0, Math.round(((event.clientX - box.left) / (box.width || 1)) * last)));
    };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      plot.setPointerCapture(event.pointerId);
      go(place(event));
    });
    plot.addEventListener("pointermove", (event) => {
      if (plot.hasPointerCapture(event.pointerId)) go(place(event));
      hover(place(event));
    });
    plot.addEventListener("pointerleave", () => hover(null));
  }

  /** Move a cursor so that its left edge is at a position. The cursor is as wide as its plot. */
  function move(cursor, place, last) {
    cursor.style.transform = `translateX(${last ? (100 * place) / last : 0}%)`;
  }

  function axis(last) {
    const marks = viewerLines.ticks(0, last, last < 8 ? last || 1 : 8).filter((mark) => mark <= last && Number.isInteger(mark));
    const labels = marks.map((mark) => {
      const label = make("span", {}, String(mark));
      label.style.left = `${last ? (100 * mark) / last : 0}%`;
      label.classList.toggle("viewer-edge", mark > 0.97 * last);
      return label;
    });
    return make("div", { class: "viewer-chart viewer-axis", "aria-hidden": "true" }, make("div", { class: "viewer-gutter" }), make("div", { class: "viewer-ticks" }, ...labels), make("div", { class: "viewer-legend soft" }, "steps"));
  }

  return { build, move };
})();
