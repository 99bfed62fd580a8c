// Filters and sorts the matches, as pure functions of the matches and of the state in the address.

/** The sort key of each column and its first direction. Unknown values come last in both directions. */
const SORTS = {
  match: { label: "match", first: "up", of: (matches) => (index) => index },
  generation: { label: "gen", first: "down", of: (matches) => (index) => matches.generations[index] },
  player: { label: "player", first: "up", of: (matches) => (index) => matches.names[matches.players[index * matches.places]] },
  opponent: { label: "against", first: "up", of: (matches) => (index) => matches.names[matches.players[index * matches.places + 1]] },
  result: { label: "result", first: "down", of: (matches) => (index) => matches.returns[index * matches.places] },
  steps: { label: "steps", first: "down", of: (matches) => (index) => matches.steps[index] },
  surprisal: { label: "surprisal", first: "down", of: (matches) => (index) => matches.bits[index] },
  kept: { label: "why kept", first: "up", of: (matches) => (index) => matches.tags.names[matches.tags.of[index]].join(", ") || null },
};

/** The matches with data that is looked up once: names in alphabetical order, and the number of teams. */
function readMatches(facts) {
  const order = facts.players.map((name, number) => [name, number]).sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  const names = [];
  order.forEach(([, number], rank) => (names[number] = rank));
  return { ...facts.matches, names, places: facts.places.length };
}

/** Indices of the matches that pass the filters, sorted. */
function chooseMatches(facts, matches, state) {
  const passes = [byPlayers, byResult, byFacts].map((filter) => filter(facts, matches, state));
  const found = [];
  for (let index = 0; index < matches.ids.length; index++) if (passes.every((pass) => pass(index))) found.push(index);
  const value = SORTS[Object.hasOwn(SORTS, state.sort) ? state.sort : "surprisal"].of(matches), sign = state.order === "up" ? 1 : -1;
  return found.sort((one, other) => compare(value(one), value(other), sign) || one - other);
}

function compare(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  return one < other ? -sign : one > other ? sign : 0;
}

/** Whether a match has both players, in any places. In games that each player plays alone: whether it has one of them. */
function byPlayers(facts, matches, { player, opponent }) {
  const wanted = [player, opponent].filter(Boolean).map((name) => facts.players.indexOf(name)), { players, places } = matches;
  const alone = places === 1, itself = !alone && wanted.length === 2 && wanted[0] === wanted[1];
  return (index) => {
    const seats = players.slice(index * places, (index + 1) * places), seated = (number) => seats.includes(number);
    if (itself) return seats.indexOf(wanted[0]) !== seats.lastIndexOf(wanted[0]);
    return wanted.length === 0 || (alone ? wanted.some(seated) : wanted.every(seated));
  };
}

/** Whether a match has the chosen result: a place by its number, the chosen player (won, lost), or no winner (drawn). */
function byResult(facts, matches, { result, player }) {
  const { scores, places } = matches, number = facts.players.indexOf(player);
  const scored = (index, test) => {
    for (let place = index * places; place < (index + 1) * places; place++) {
      if (scores[place] !== null && test(scores[place], place)) return true;
    }
    return false;
  };
  const wins = { won: 1, lost: 0 };
  if (result === "") return () => true;
  if (result === "drawn") return (index) => scored(index, () => true) && !scored(index, (score) => score === 1);
  if (Object.hasOwn(wins, result)) return (index) => scored(index, (score, place) => score === wins[result] && matches.players[place] === number);
  const place = [...Array(places).keys()].find((each) => String(each + 1) === result);
  return (index) => place !== undefined && scores[index * places + place] === 1;
}

function byFacts(facts, matches, state) {
  const { steps, upsets, replays, generations } = matches;
  const bound = (text, otherwise) => (text === "" || Number.isNaN(Number(text)) ? otherwise : Number(text));
  const shortest = bound(state.shortest, 0), longest = bound(state.longest, Infinity);
  return (index) => steps[index] >= shortest && steps[index] <= longest
    && (!state.upsets || upsets[index] === 1) && (!state.recorded || replays[index] >= 0)
    && (state.generation === "" || String(generations[index]) === state.generation);
}
