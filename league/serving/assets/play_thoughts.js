// What the players think: the probabilities of moves and the value, seat by seat.

const playThoughts = (() => {
  /** Show thoughts in an element. */
  function show(element, thoughts) {
    const parts = (thoughts ?? []).map(one);
    element.replaceChildren(...(parts.length ? parts : [make("p", { class: "soft" }, "The players have not decided anything yet.")]));
  }

  const MOST = 6; // maximum number of moves with a bar, the most probable ones

  function one({ agent, player, verb, chosen, value, moves }) {
    const head = make("p", {}, make("bdi", { class: "play-name" }, player), ` as ${agent} ${verb} `, make("strong", {}, chosen), value === null ? "" : `, value ${value.toFixed(2)}`);
    const rows = moves.slice(0, MOST).map(({ name, share }) => {
      const bar = make("i", {});
      bar.style.width = `${Math.round(100 * share)}%`;
      return make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "play-bar" }, bar), make("td", { class: "right" }, share.toFixed(2)));
    });
    const table = rows.length ? [make("table", {}, make("caption", { class: "hidden" }, `What ${player} thinks as ${agent}`), make("tbody", {}, ...rows))] : [];
    const rest = moves.length > MOST ? [make("p", { class: "soft" }, `and ${moves.length - MOST} less probable moves`)] : [];
    return make("div", { class: "play-thought" }, head, ...table, ...rest);
  }

  return { show };
})();
