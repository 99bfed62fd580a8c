// The board: frames of shapes as SVG, whose nodes are reused from frame to frame, or pictures.

const viewerFrames = (() => {
  // The SVG names of a shape's lengths and colour.
  const LENGTHS = {
    circle: { x: "cx", y: "cy", r: "r" },
    rect: { x: "x", y: "y", w: "width", h: "height" },
    line: { x1: "x1", y1: "y1", x2: "x2", y2: "y2", width: "stroke-width" },
    text: { x: "x", y: "y", size: "font-size" },
  };
  const FIXED = {
    circle: {},
    rect: {},
    line: { "stroke-linecap": "round" },
    text: { "text-anchor": "middle", "dominant-baseline": "central" },
  };
  const FEW = 4; // maximum number of new or repainted shapes that are framed as a change; more are general movement
  const SILENCE = [];
  const JUMP = 0.5; // share of the picture's width: a shape that moves farther between two frames is not animated

  /** Unpack the frames from Python. Shapes that do not change are the same objects from frame to frame. */
  function unfold(packed) {
    let now = null;
    return packed.map((frame) => {
      if (frame === 0) return now;
      if (frame?.moved) {
        const shapes = now.shapes.slice();
        for (const [number, changes] of frame.moved) shapes[number] = { ...shapes[number], ...changes };
        now = { size: now.size, notes: frame.notes ?? now.notes, shapes };
      } else now = frame;
      return now;
    });
  }

  /**
   * The board of a replay: {element, drawable, show(position, share, seat), name(words)}. `share` is the part of the way to the next
   * frame. `choose(seat)` is called when the reader selects a shape that represents a seat.
   */
  function build(story, choose) {
    const frames = unfold(story.frames);
    const layer = draw("g");
    const mark = draw("rect", { class: "viewer-mark", visibility: "hidden" });
    const ring = draw("circle", { class: "viewer-mark viewer-ring", visibility: "hidden" });
    const picked = (event) => {
      const seat = event.target.closest("[data-seat]")?.dataset.seat;
      if (seat !== undefined) choose(Number(seat));
    };
    const sheet = draw("svg", { class: "viewer-picture", role: "img", click: picked }, layer, mark, ring);
    const photo = make("img", { class: "viewer-picture", decoding: "sync", alt: "" });
    const nothing = make("p", { class: "viewer-nothing soft" }, "There is no picture of this position.");
    const notes = make("ul", { class: "viewer-notes soft" });
    const element = make("figure", { class: "viewer-board" }, make("div", { class: "viewer-frame" }, sheet, photo, nothing), notes);
    const nodes = []; // {kind, node, shown: the shape it shows exactly, or null}
    let size = null;
    let picture = null;
    let pointed = -1;
    let noted = null;

    function fit(frame) {
      if (size === frame.size || (size && size[0] === frame.size[0] && size[1] === frame.size[1])) return;
      size = frame.size;
      sheet.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
      for (const shown of [sheet, photo]) shown.style.aspectRatio = `${size[0]} / ${size[1]}`;
    }

    function node(number, { kind, seat }) {
      const old = nodes[number];
      if (old && old.kind === kind && old.seat === seat) return old;
      const made = { kind, seat, node: draw(kind, FIXED[kind]), shown: null };
      if (seat in story.seats) {
        made.node.dataset.seat = seat;
        made.node.append(draw("title", {}, story.who(seat)));
      }
      if (old) old.node.replaceWith(made.node);
      else layer.append(made.node);
      nodes[number] = made;
      return made;
    }

    function put(number, shape, next, share, seat) {
      const { node: it, shown } = node(number, shape);
      const glides = next !== shape && share > 0;
      if (shape.seat === seat && shape.seat !== undefined) surround(shape, next, share);
      if (!glides && shown === shape) return;
      const lengths = LENGTHS[shape.kind];
      for (const name in lengths) {
        const value = glides ? shape[name] + (next[name] - shape[name]) * share : shape[name];
        if (!shown || glides || shown[name] !== value) it.setAttribute(lengths[name], value);
      }
      if (!shown || shown.color !== shape.color) it.setAttribute(shape.kind === "line" ? "stroke" : "fill", shape.color);
      if (shape.kind === "text" && (!shown || shown.text !== shape.text)) it.textContent = shape.text;
      nodes[number].shown = glides ? null : shape;
    }

    /** Draw a ring around the selected seat. */
    function surround(shape, next, share) {
      const [from, to] = [shape, next].map((each) => around([each]));
      const at = (name) => from[name] + (to[name] - from[name]) * share;
      ring.setAttribute("cx", at("x") + at("width") / 2);
      ring.setAttribute("cy", at("y") + at("height") / 2);
      ring.setAttribute("r", Math.max(from.width, from.height) / 2 + 1);
      ring.setAttribute("visibility", "visible");
    }

    function paint(frame, next, share, seat) {
      const glides = share > 0 && next !== frame && alike(frame, next);
      frame.shapes.forEach((shape, number) => {
        const goal = glides && near(shape, next.shapes[number], frame.size[0]) ? next.shapes[number] : shape;
        put(number, shape, goal, share, seat);
      });
      if (!frame.shapes.some((shape) => shape.seat === seat && seat !== null)) ring.setAttribute("visibility", "hidden");
      for (const extra of nodes.splice(frame.shapes.length)) extra.node.remove();
    }

    /** Show the notes below the picture, with the seats that know them. */
    function say(said) {
      if (said === noted) return;
      noted = said;
      const knows = (seats) => (seats ? ` (known to ${seats.map((seat) => story.seats[seat]?.name ?? seat).join(", ") || "nobody"})` : "");
      notes.replaceChildren(...said.map(([text, seats]) => make("li", {}, make("bdi", {}, text), knows(seats))));
    }

    function show(position, share = 0, seat = null) {
      const frame = frames[position];
      sheet.classList.toggle("viewer-away", !frame?.shapes);
      photo.classList.toggle("viewer-away", frame?.picture === undefined);
      nothing.classList.toggle("viewer-away", Boolean(frame));
      say(frame?.notes ?? SILENCE);
      if (!frame) return;
      fit(frame);
      if (frame.shapes) {
        paint(frame, frames[position + 1] ?? null, share, seat);
        if (pointed !== position) point(position);
      } else if (picture !== frame.picture) {
        picture = frame.picture;
        photo.src = `data:image/png;base64,${story.pictures[picture]}`;
      }
    }

    /** Draw a frame around the changes of the last step, if there are few. */
    function point(position) {
      pointed = position;
      const fresh = position > 0 && frames[position - 1]?.shapes ? changed(frames[position - 1], frames[position]) : [];
      const box = around(fresh);
      const small = box && box.width < frames[position].size[0] / 2 && box.height < frames[position].size[1] / 2;
      mark.setAttribute("visibility", small ? "visible" : "hidden");
      if (small) for (const [name, value] of Object.entries(box)) mark.setAttribute(name, value);
      if (small) mark.setAttribute("rx", fresh.every((shape) => shape.kind === "circle") ? box.height / 2 : 6);
    }

    const name = (words) => {
      sheet.setAttribute("aria-label", words);
      photo.alt = words;
    };
    return { element, drawable: frames.some(Boolean), show, name };
  }

  /** Whether two frames have the same shapes in the same order, so that each can move to its new place. */
  function alike(one, other) {
    if (!other?.shapes || one.shapes.length !== other.shapes.length) return false;
    return one.shapes.every((shape, number) => shape === other.shapes[number] || (shape.kind === other.shapes[number].kind && shape.seat === other.shapes[number].seat));
  }

  function near(shape, next, width) {
    if (shape === next) return false;
    const [x, y] = shape.kind === "line" ? ["x1", "y1"] : ["x", "y"];
    return Math.hypot(next[x] - shape[x], next[y] - shape[y]) < JUMP * width;
  }

  /** Shapes that are new in a frame or have another colour in the same place; empty if there are more than a few. */
  function changed(before, now) {
    let found;
    if (alike(before, now)) {
      const moved = now.shapes.filter((shape, number) => shape !== before.shapes[number]);
      found = moved.every((shape) => before.shapes.some((old) => same(old, shape, false))) ? moved : [];
    } else found = now.shapes.filter((shape) => !before.shapes.some((old) => same(old, shape, true)));
    return found.length <= FEW ? found.filter((shape) => shape.kind !== "text") : [];
  }

  function same(one, other, colours) {
    if (one.kind !== other.kind || (colours && one.color !== other.color)) return false;
    return one.text === other.text && Object.keys(LENGTHS[one.kind]).every((name) => one[name] === other[name]);
  }

  function around(shapes) {
    if (!shapes.length) return null;
    const boxes = shapes.map((shape) => {
      if (shape.kind === "circle") return [shape.x - shape.r, shape.y - shape.r, shape.x + shape.r, shape.y + shape.r];
      if (shape.kind === "rect") return [shape.x, shape.y, shape.x + shape.w, shape.y + shape.h];
      if (shape.kind === "text") return [shape.x - shape.size / 2, shape.y - shape.size / 2, shape.x + shape.size / 2, shape.y + shape.size / 2];
      const half = shape.width / 2;
      return [Math.min(shape.x1, shape.x2) - half, Math.min(shape.y1, shape.y2) - half, Math.max(shape.x1, shape.x2) + half, Math.max(shape.y1, shape.y2) + half];
    });
    const [left, top] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side])) - 2);
    const [right, bottom] = [2, 3].map((side) => Math.max(...boxes.map((box) => box[side])) + 2);
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  return { build };
})();
