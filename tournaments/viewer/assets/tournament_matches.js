// The list of matches, with filters, sortable columns and pages of fifty rows; and before it the most interesting matches.

const PAGE = 50;
const WORTH = { final: "Final", upset: "Biggest upset", closest: "Closest", longest: "Longest" };
const SURPRISAL = "Surprisal is −log₂ of the probability that the ratings gave to the result: one bit is a coin flip, five bits one chance in 32.";

/** A section with a button for each special recorded match of the newest generation; empty if there are none. */
function worthSeeing(facts, matches, open) {
  const newest = matches.generations.reduce((one, other) => Math.max(one, other), 0), kinds = new Map();
  for (const [index, replay] of matches.replays.entries()) {
    const tags = replay < 0 || matches.generations[index] !== newest ? [] : matches.tags.names[matches.tags.of[index]];
    const titles = Object.keys(WORTH).filter((kind) => tags.includes(kind)).map((kind) => WORTH[kind]);
    if (titles.length) kinds.set(index, titles);
  }
  if (!kinds.size) return [];
  const order = Object.values(WORTH), rank = ([, titles]) => order.indexOf(titles[0]);
  const cards = [...kinds].sort((one, other) => rank(one) - rank(other)).map(([index, titles]) => {
    const facing = [count(matches.steps[index], "step", "steps"), ...(matches.bits[index] === null ? [] : [`chance ${odds(matches.bits[index])}`])];
    return make("li", {}, make("button", { type: "button", "data-match": matches.ids[index], click: () => open(index) },
      make("strong", {}, make("span", { class: "play", "aria-hidden": "true" }, "▶ "), titles.join(", ")),
      ...sides(facts, matches, index), make("span", { class: "soft" }, facing.join(" · "))));
  });
  const title = make("h2", { id: "worth-title" }, "Most interesting matches");
  return [make("section", { class: "part broad", "aria-labelledby": "worth-title" }, title, make("ul", { id: "worth" }, ...cards))];
}

/** The player of each place, with its result. */
function sides(facts, matches, index) {
  return facts.places.map((place, at) => {
    const here = index * matches.places + at, name = facts.players[matches.players[here]];
    return make("span", { class: "side", title: place }, badge(matches.scores[here]), make("span", { class: "who" }, name));
  });
}

/** The section. `change(values)` is called with the changes of a filter or heading, `open(index)` for a recorded match. */
function matchesSection(facts, matches, change, open) {
  const filters = filterForm(facts, matches, change);
  const several = matches.generations.some((generation) => generation !== matches.generations[0]);
  const columns = Object.keys(SORTS).filter((key) => (key !== "opponent" || matches.places > 1) && (key !== "generation" || several));
  const heads = columns.map((key) => make("th", { role: "columnheader", scope: "col", class: key }, sortButton(facts, matches, key, change)));
  const body = make("tbody", { role: "rowgroup" }), shown = make("p", { id: "shown", role: "status" });
  const pager = make("nav", { id: "pager", "aria-label": "pages of matches" });
  const table = make("table", { id: "matches", role: "table" },
    make("caption", {}, [SURPRISAL, facts.rule].join(" ")),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)), body);
  const section = make("section", { class: "part broad", "aria-labelledby": "matches-title" },
    make("h2", { id: "matches-title", tabindex: "-1" }, "Matches"), filters.form, shown, table, pager);
  const most = matches.bits.reduce((one, other) => Math.max(one, other ?? 0), 1);
  const show = (state, found) => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE)), page = Math.min(Math.max(1, Number.parseInt(state.page, 10) || 1), pages);
    const part = found.slice((page - 1) * PAGE, page * PAGE);
    filters.show(state);
    const order = state.order === "up" ? "ascending" : "descending";
    columns.forEach((key, at) => heads[at].setAttribute("aria-sort", key === state.sort ? order : "none"));
    table.hidden = !part.length;
    body.replaceChildren(...part.map((index) => matchLine(facts, matches, index, columns, most, open)));
    shown.textContent = shownWords(facts, state, found.length, part.length, page);
    pager.replaceChildren(...(pages > 1 ? pageButtons(page, pages, change, section) : []));
  };
  return { section, show };
}

function shownWords(facts, state, found, part, page) {
  const all = facts.matches.ids.length, strangers = [state.player, state.opponent].filter((name) => name && !facts.players.includes(name));
  if (strangers.length) return `There is no player ${strangers.join(" or ")} here.`;
  if (!found) return `None of the ${count(all, "match", "matches")} fits the filters.`;
  const which = found === all ? count(all, "match", "matches") : `${found.toLocaleString("en")} of ${count(all, "match", "matches")}`;
  return part === found ? which : `${which}; ${whole((page - 1) * PAGE + 1)} to ${whole((page - 1) * PAGE + part)} are shown`;
}

function sortButton(facts, matches, key, change) {
  const place = { player: 0, opponent: 1 }[key], { label, first } = SORTS[key];
  const click = (event) => {
    const now = event.currentTarget.closest("th").getAttribute("aria-sort");
    change({ sort: key, order: now === "none" ? first : now === "ascending" ? "down" : "up", page: "1" });
  };
  const words = matches.places === 2 && place !== undefined ? facts.places[place] : label;
  return make("button", { type: "button", click }, words, make("span", { class: "arrow", "aria-hidden": "true" }));
}

function pageButtons(page, pages, change, section) {
  const step = (label, to) => make("button", { type: "button", disabled: to < 1 || to > pages, click: () => {
    change({ page: String(to) });
    section.scrollIntoView({ block: "start" });
  } }, label);
  return [step("‹ Previous", page - 1), make("span", {}, `page ${whole(page)} of ${whole(pages)}`), step("Next ›", page + 1)];
}

function matchLine(facts, matches, index, columns, most, open) {
  const id = matches.ids[index], bits = matches.bits[index], recorded = matches.replays[index] >= 0, seats = sides(facts, matches, index);
  const soft = (words) => make("span", { class: "soft" }, words), unit = (words) => make("span", { class: "unit" }, words);
  const name = recorded
    ? make("button", { type: "button", class: "name", "data-match": id, "aria-label": `replay of ${id}`, click: () => open(index) },
      make("span", { class: "play", "aria-hidden": "true" }, "▶ "), make("span", { class: "id" }, id))
    : make("span", { class: "soft id" }, id);
  const returns = matches.returns.slice(index * matches.places, (index + 1) * matches.places).map(brief);
  const content = {
    match: [name, ...(facts.matches.forfeits?.[index] ? [make("span", { class: "forfeit" }, facts.matches.forfeits[index])] : []), ...(matches.purposes.names.length > 1 ? [" ", soft(matches.purposes.names[matches.purposes.of[index]])] : [])],
    generation: [unit("generation "), String(matches.generations[index])],
    player: seats.slice(0, 1),
    opponent: seats.slice(1),
    result: [unit("returns "), returns.join(" : ")],
    steps: [whole(matches.steps[index]), unit(" steps"), ...(matches.truncated[index] ? [" ", soft("truncated")] : [])],
    surprisal: bits === null ? [soft("not compared")] : surprisalWords(bits, most, matches.upsets[index] === 1),
    kept: [matches.tags.names[matches.tags.of[index]].join(", ")],
  };
  const cells = columns.map((key) => make("td", { role: "cell", class: key }, ...content[key]));
  return make("tr", { role: "row", class: recorded ? "recorded" : "" }, ...cells);
}

function surprisalWords(bits, most, upset) {
  const length = draw("rect", { class: upset ? "upset" : "usual", width: `${(100 * bits) / most}%`, height: "100%" });
  const bar = draw("svg", { class: "bits", "aria-hidden": "true" }, length);
  const figure = make("span", { class: "figure" }, bits.toFixed(1), make("span", { class: "unit" }, " bits"));
  return [figure, bar, make("span", { class: "soft odds" }, odds(bits)), ...(upset ? [make("span", { class: "upset" }, "upset")] : [])];
}
