// The cross table: the score of the row against the column, as a heat map in the order of the standings.

/** The section; `choose({ player, opponent })` is called when a cell is clicked. */
function crossSection(facts, choose) {
  const { rows, columns, cells } = facts.cross, at = (down, across) => cells[down * columns.length + across];
  const heads = columns.map((column) => make("th", { role: "columnheader", scope: "col", title: facts.players[column] },
    make("span", { "aria-hidden": "true" }, String(column + 1)), make("span", { class: "hidden" }, facts.players[column])));
  const names = rows.map((row) => make("th", { role: "rowheader", scope: "row", title: facts.players[row] },
    make("span", { class: "soft" }, String(row + 1)), make("span", { class: "who" }, facts.players[row])));
  const grid = rows.map((row, down) => columns.map((column, across) => crossCell(facts, row, column, at(down, across))));
  const lines = rows.map((row, down) => make("tr", { role: "row" }, names[down], ...grid[down]));
  const note = "Score of the row's player against the column's player in per cent; a draw counts half. Click a cell to list its matches.";
  const table = make("table", { id: "cross", role: "grid", "aria-readonly": "true" },
    make("caption", {}, make("span", {}, note)),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, make("td", { role: "cell" }), ...heads)),
    make("tbody", { role: "rowgroup" }, ...lines));
  const readout = make("div", { id: "readout" });
  const point = (down, across) => {
    names.forEach((name, place) => name.classList.toggle("lit", place === down));
    heads.forEach((name, place) => name.classList.toggle("lit", place === across));
    readout.replaceChildren(...pairWords(facts, rows[down], columns[across], at(down, across)));
  };
  const enter = (down, across) => at(down, across) && choose({ player: facts.players[rows[down]], opponent: facts.players[columns[across]] });
  const first = Math.max(cells.findIndex((counts) => counts !== null), 0), start = [Math.floor(first / columns.length), first % columns.length];
  walkable(grid, start, point, enter);
  if (cells.length) point(...start);
  const legend = make("p", { id: "legend", class: "soft", "aria-hidden": "true" }, "loses all ", make("span", {}), " wins all");
  const title = make("h2", { id: "cross-title" }, "Cross table");
  return make("section", { class: "part", "aria-labelledby": "cross-title" }, title, make("div", { class: "scroll" }, table), legend, readout);
}

function crossCell(facts, row, column, counts) {
  const shared = { role: "gridcell", tabindex: "-1" };
  if (!counts) {
    const why = row === column ? facts.players[row] : `${facts.players[row]} and ${facts.players[column]} did not meet`;
    return make("td", { ...shared, class: "never", "aria-label": why }, row === column ? "" : "·");
  }
  const score = pairScore(counts), kind = score > 0.5 ? "ahead" : "behind";
  // The value is rounded away from 50, so that the two cells of a pair add up to 100.
  const percent = score > 0.5 ? Math.round(100 * score) : 100 - Math.round(100 * (1 - score));
  const cell = make("td", { ...shared, class: kind, "aria-label": pairSentence(facts, row, column, counts) }, String(percent));
  cell.style.setProperty("--lead", `${Math.round(100 * Math.abs(2 * score - 1))}%`);
  return cell;
}

function pairScore([wins, draws, losses]) {
  return (wins + draws / 2) / (wins + draws + losses);
}

function pairSentence(facts, row, column, counts) {
  const [wins, draws, losses, expected] = counts, games = count(wins + draws + losses, "game", "games");
  const record = `won ${wins}, drew ${draws}, lost ${losses} of ${games}`, scores = [pairScore(counts), expected].map((score) => score.toFixed(3));
  return `${facts.players[row]} against ${facts.players[column]}: ${record}; score ${scores[0]}, the ratings expect ${scores[1]}`;
}

/** The same facts as visible text below the table. */
function pairWords(facts, row, column, counts) {
  const title = make("p", {}, make("strong", {}, facts.players[row]), " against ", make("strong", {}, facts.players[column]));
  if (!counts) return [title, make("p", { class: "soft" }, row === column ? "the same player" : "they did not meet")];
  const [wins, draws, losses, expected] = counts;
  const fact = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
  const record = fact("won – drawn – lost", [wins, draws, losses].map(whole).join(" – ")), games = fact("games", whole(wins + draws + losses));
  const scores = [fact("score", pairScore(counts).toFixed(3)), fact("expected", expected.toFixed(3))];
  return [title, recordBar(wins, draws, losses), make("dl", {}, record, games, ...scores)];
}

/** The table is one stop for the Tab key; arrow keys move inside it. The pointer shows the same text as the focus. */
function walkable(grid, first, point, enter) {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  let stop = grid[first[0]]?.[first[1]];
  stop?.setAttribute("tabindex", "0");
  for (const [down, row] of grid.entries()) for (const [across, cell] of row.entries()) {
    cell.addEventListener("mouseenter", () => point(down, across));
    cell.addEventListener("click", () => enter(down, across));
    cell.addEventListener("focus", () => {
      stop.setAttribute("tabindex", "-1");
      stop = cell;
      stop.setAttribute("tabindex", "0");
      point(down, across);
    });
    cell.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (event.key === "Enter" || event.key === " ") enter(down, across);
      else if (move) grid[down + move[0]]?.[across + move[1]]?.focus();
      else return;
      event.preventDefault();
    });
  }
}
