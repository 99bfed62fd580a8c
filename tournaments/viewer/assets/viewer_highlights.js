// The highlights: a list of buttons that go to their steps, and marks above the scrubber.

const viewerHighlights = (() => {
  // The icons are drawn in a square of side 16.
  const SIGNS = {
    swing: "M 5 2 L 5 12 M 2 9 L 5 13 L 8 9 M 11 14 L 11 4 M 8 7 L 11 3 L 14 7",
    mistake: "M 8 2 L 8 10 M 8 13.2 L 8 13.6",
    reward: "M 8 1.5 L 10 6 L 14.5 6.4 L 11 9.6 L 12.2 14.2 L 8 11.6 L 3.8 14.2 L 5 9.6 L 1.5 6.4 L 6 6 Z",
    end: "M 4 15 L 4 2 L 13 2 L 10.5 5.5 L 13 9 L 4 9",
  };

  function sign(kind) {
    return draw("svg", { class: `viewer-sign viewer-${kind}`, viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, draw("path", { d: SIGNS[kind] ?? SIGNS.end }));
  }

  /** The list and the marks: {element, marks, show(position), next(position), before(position)}. */
  function build(story, go) {
    const buttons = story.highlights.map((highlight) => {
      const about = make("span", { class: "soft viewer-about" }, highlight.text);
      const title = make("span", {}, make("strong", {}, highlight.title), " ", make("span", { class: "viewer-number soft" }, `step ${highlight.step}`));
      return make("button", { type: "button", class: "viewer-highlight", click: () => go(highlight.step, highlight.seat) }, sign(highlight.kind), make("span", {}, title, about));
    });
    const list = make("ol", {}, ...buttons.map((button) => make("li", {}, button)));
    const hopes = story.highlights.some((highlight) => highlight.kind === "swing" || highlight.kind === "mistake");
    const about = hopes ? [make("p", { class: "soft viewer-about" }, "Outlook: rewards so far and the critic's value of what is to come.")] : [];
    const element = make("nav", { class: "viewer-highlights card", "aria-label": "Highlights" }, make("h2", { class: "viewer-title" }, "Highlights"), list, ...about);
    const marks = story.highlights.map((highlight) => {
      const mark = make("span", { class: `viewer-spot viewer-${highlight.kind}`, title: `${highlight.title}: step ${highlight.step}`, click: () => go(highlight.step, highlight.seat) });
      mark.style.left = `${story.last ? (100 * highlight.step) / story.last : 0}%`;
      return mark;
    });
    const steps = [...new Set(story.highlights.map((highlight) => highlight.step))];

    function show(position) {
      story.highlights.forEach((highlight, at) => {
        if (highlight.step === position) buttons[at].setAttribute("aria-current", "step");
        else buttons[at].removeAttribute("aria-current");
      });
    }

    return {
      element,
      marks: make("div", { class: "viewer-spots", "aria-hidden": "true" }, ...marks),
      show,
      next: (position) => steps.find((step) => step > position) ?? position,
      before: (position) => steps.findLast((step) => step < position) ?? position,
      at: (position) => story.highlights.filter((highlight) => highlight.step === position).map((highlight) => highlight.title),
    };
  }

  return { build };
})();
