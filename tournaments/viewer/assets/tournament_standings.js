// The standings: all participants, with ratings and intervals on one scale.

/** The scale of ratings: its round numbers, and the position of a rating. */
function ratingScale(standings) {
  const ends = standings.flatMap((row) => [row.elo_low, row.elo_high]).concat(0);
  const low = Math.min(...ends), high = Math.max(...ends), margin = 0.06 * (high - low) || 100, length = high - low + 2 * margin;
  const power = 10 ** Math.floor(Math.log10(length / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= length / 5);
  const ticks = [];
  for (let at = Math.ceil((low - margin) / step) * step; at <= high + margin; at += step) ticks.push(at);
  return { ticks, at: (elo) => `${((100 * (elo - low + margin)) / length).toFixed(2)}%` };
}

/** The section; `choose({ player })` is called when a name is clicked. */
function standingsSection(facts, choose) {
  const scale = ratingScale(facts.standings);
  const ticks = scale.ticks.map((tick) => draw("text", { x: scale.at(tick), y: 14 }, whole(tick)));
  const axis = draw("svg", { class: "scale", "aria-hidden": "true" }, ...ticks);
  const head = (kind, label, meaning) => make("th", { role: "columnheader", scope: "col", class: kind },
    ...(meaning ? [make("span", { "aria-hidden": "true" }, label), make("span", { class: "hidden" }, meaning)] : [label]));
  const note = `Ratings in Elo points with 95 % intervals; ${facts.anchor} is fixed at 0. Click a name to list the player's matches.`;
  const heads = [
    head("place", "#", "place"), head("player", "player"), head("chart", axis, "rating as a bar"), head("elo", "Elo", "Elo and its 95 % interval"),
    head("score", "score", "share of the points, games"), head("record", "W – D – L", "won, drawn, lost"),
  ];
  const table = make("table", { id: "standings", role: "table" },
    make("caption", {}, note),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)),
    make("tbody", { role: "rowgroup" }, ...facts.standings.map((row, place) => standingsRow(facts, row, place, scale, choose))));
  const title = make("h2", { id: "standings-title" }, "Standings");
  return make("section", { class: "part", "aria-labelledby": "standings-title" }, title, make("div", { class: "scroll" }, table), make("p", { class: "soft fit" }, facts.fit ?? ""));
}

function standingsRow(facts, row, place, scale, choose) {
  const grid = scale.ticks.map((tick) => {
    const x = scale.at(tick);
    return draw("line", { class: tick === 0 ? "zero" : "grid", x1: x, x2: x, y1: 0, y2: "100%" });
  });
  const chart = draw("svg", { class: "interval", "aria-hidden": "true" }, ...grid,
    draw("line", { class: "span", x1: scale.at(row.elo_low), x2: scale.at(row.elo_high), y1: "50%", y2: "50%" }),
    draw("circle", { class: row.player === facts.anchor ? "pin" : "dot", cx: scale.at(row.elo), cy: "50%", r: 5 }));
  const who = [row.league_role, row.generation === null ? "" : `generation ${row.generation}`].filter(Boolean).join(", ");
  const interval = row.elo_low === row.elo_high ? "pinned" : `${whole(row.elo_low)} … ${whole(row.elo_high)}`;
  const cell = (kind, ...content) => make("td", { role: "cell", class: kind }, ...content);
  const below = (words, title = null) => make("span", { class: "soft", title }, words);
  return make("tr", { role: "row" },
    cell("place", String(place + 1)),
    make("th", { role: "rowheader", scope: "row", class: "player" },
      make("button", { type: "button", class: "name", click: () => choose({ player: row.player }) }, row.player),
      below(who, row.parent === null ? null : `descends from ${row.parent}`)),
    cell("chart", chart),
    cell("elo", make("strong", {}, whole(row.elo)), " ", below(interval)),
    cell("score", row.score.toFixed(3), " ", below(count(row.games, "game", "games")),
      ...row.returns.flatMap((words) => [make("br"), below(words, "mean return of an episode, with its 95 % interval")])),
    cell("record", recordBar(row.wins, row.draws, row.losses), [row.wins, row.draws, row.losses].map(whole).join(" – ")));
}
