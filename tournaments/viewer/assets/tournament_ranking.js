// The final ranking by the rules of the format, and the bracket of a knock-out.

const CARD = { width: 210, height: 54, across: 44, down: 14 };

/** The section; nothing if the tournament has no ranking of its own. `choose({ player })` is called when a name is clicked. */
function rankingSections(facts, choose) {
  if (!facts.ranking) return [];
  const { rule, criteria, rows, bracket } = facts.ranking;
  const head = (words) => make("th", { role: "columnheader", scope: "col" }, words);
  const heads = ["#", "player", "points", "W – D – L", "byes", ...criteria].map(head);
  const line = (row) => make("tr", { role: "row" },
    make("td", { role: "cell" }, String(row.place)),
    make("th", { role: "rowheader", scope: "row" }, make("button", { type: "button", class: "name", click: () => choose({ player: row.player }) }, row.player)),
    ...[brief(row.points), row.record.map(whole).join(" – "), whole(row.byes), ...row.values.map(brief)].map((words) => make("td", { role: "cell" }, words)));
  const table = make("table", { id: "ranking", role: "table" },
    make("caption", {}, `${rule[0].toUpperCase()}${rule.slice(1)}.`),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)),
    make("tbody", { role: "rowgroup" }, ...rows.map(line)));
  const title = make("h2", { id: "ranking-title" }, "Final ranking");
  const section = make("section", { class: "part", "aria-labelledby": "ranking-title" }, title, make("div", { class: "scroll" }, table));
  return bracket.length ? [section, bracketSection(bracket)] : [section];
}

function bracketSection(ties) {
  const title = make("h2", { id: "bracket-title" }, "Bracket");
  const parts = ["winners", "losers", "final"].filter((part) => ties.some((tie) => tie.part === part));
  const drawn = parts.flatMap((part) => {
    const words = { winners: "Winners", losers: "Losers", final: "Final" }[part];
    return [...(parts.length > 1 ? [make("h3", {}, words)] : []), make("div", { class: "scroll" }, bracketPart(ties, part))];
  });
  return make("section", { class: "part broad", id: "bracket", "aria-labelledby": "bracket-title" }, title, ...drawn);
}

/** One part of the bracket: its rounds from left to right, a card for every tie, and lines from each tie to the one it leads to. */
function bracketPart(ties, part) {
  const mine = ties.map((tie, number) => ({ ...tie, number })).filter((tie) => tie.part === part);
  const rounds = Map.groupBy(mine, (tie) => tie.round);
  const most = Math.max(...[...rounds.values()].map((round) => round.length)), unit = CARD.height + CARD.down;
  const places = new Map();
  [...rounds.values()].forEach((round, column) => round.forEach((tie, index) => {
    places.set(tie.number, { x: column * (CARD.width + CARD.across), y: ((index + 0.5) * most / round.length) * unit });
  }));
  const width = rounds.size * (CARD.width + CARD.across) - CARD.across, height = most * unit;
  const lines = [], cards = [];
  for (const tie of mine) {
    if (tie.decided === "nobody") continue;
    const at = places.get(tie.number);
    tie.sources.forEach((source, row) => {
      const from = places.get(source);
      if (!from || tie.lost[row] || ties[source].decided === "nobody") return;
      const start = from.x + CARD.width, middle = at.x - CARD.across / 2, end = at.y + (row ? 1 : -1) * CARD.height / 4;
      lines.push(draw("path", { d: `M${start} ${from.y}H${middle}V${end}H${at.x}` }));
    });
    cards.push(bracketCard(tie, at));
  }
  const drawing = draw("svg", { width, height, "aria-hidden": "true" }, ...lines);
  const board = make("div", { class: "board" }, drawing, ...cards);
  [board.style.width, board.style.height] = [`${width}px`, `${height}px`];
  return board;
}

function bracketCard(tie, at) {
  const bye = tie.decided === "bye";
  const side = (player, row) => make("div", { class: player !== null && player === tie.winner ? "won" : "" },
    make("span", { class: "who", title: player }, player ?? (bye ? "bye" : "–")), make("span", {}, bye || player === null ? "" : brief(tie.points[row])));
  const how = { "play-off": "drawn, decided by a play-off", seeding: "drawn, the better seed goes on" }[tie.decided];
  const card = make("div", { class: `tie${bye ? " bye" : ""}`, title: how ?? null, role: "group", "aria-label": tieSentence(tie) },
    ...tie.players.map(side), ...(how ? [make("span", { class: "how", "aria-hidden": "true" }, tie.decided === "seeding" ? "seed" : "play-off")] : []));
  Object.assign(card.style, { left: `${at.x}px`, top: `${at.y - CARD.height / 2}px`, width: `${CARD.width}px`, height: `${CARD.height}px` });
  return card;
}

function tieSentence(tie) {
  const name = `${tie.part}, round ${tie.round}`;
  if (tie.decided === "bye") return `${name}: ${tie.winner} has a bye`;
  if (!tie.winner) return `${name}: not played`;
  return `${name}: ${tie.players[0]} ${brief(tie.points[0])}, ${tie.players[1]} ${brief(tie.points[1])}; ${tie.winner} wins`;
}
