// The header: the players with their ratings, the result, and the facts about the match.

const viewerHeader = (() => {
  const FEW = 4; // maximum number of teams with a card each; more teams are shown as a list

  function build(story) {
    const teams = story.returns.map((_, team) => [...story.seats.keys()].filter((seat) => story.seats[seat].team === team));
    const few = teams.length <= FEW;
    const cards = teams.map((seats, team) => card(story, seats, team, few));
    const list = make("ul", { class: few ? "viewer-teams" : "viewer-teams viewer-crowd", "aria-label": "Players" }, ...cards);
    return make("header", { class: "viewer-header" }, list, belongs(story));
  }

  function card(story, seats, team, few) {
    const player = story.players[story.seats[seats[0]].player];
    const colours = [...new Set(seats.map((seat) => story.seats[seat].colour))];
    const won = story.winners.includes(team);
    const said = won ? make("strong", {}, "won ") : story.drawn ? "draw " : "";
    const result = make("span", { class: "viewer-return" }, said, viewerNumbers.signed(story.returns[team]));
    result.title = "Return: the mean over the team's seats of the rewards they got";
    const head = make("p", { class: "viewer-head" }, ...colours.slice(0, 5).map(viewerDecision.dot), make("bdi", { class: "viewer-player" }, player.name), result);
    const item = make("li", { class: won ? "viewer-team viewer-won" : "viewer-team" }, head);
    if (few) item.append(make("p", { class: "soft" }, ...about(player), " · ", ...sits(story, seats)));
    else item.append(make("p", { class: "soft" }, make("bdi", {}, names(story, seats)), player.elo === null ? "" : `, ${rating(player)}`));
    return item;
  }

  /** A rating, with its interval if that is wider than a point. */
  function rating({ elo, elo_low, elo_high }) {
    const known = elo_low !== null && elo_high !== null && elo_low !== elo_high;
    const [middle, low, high] = [elo, elo_low, elo_high].map((number) => (number === null ? "" : viewerNumbers.short(Math.round(number))));
    return known ? `Elo ${middle} (${low} to ${high})` : `Elo ${middle}`;
  }

  function about(player) {
    const said = [];
    if (player.elo !== null) said.push(rating(player));
    if (player.league_role) said.push(make("bdi", {}, player.league_role));
    if (player.generation !== null) said.push(`born in generation ${player.generation}`);
    return said.length ? said.flatMap((part, at) => (at ? [" · ", part] : [part])) : ["not rated"];
  }

  function sits(story, seats) {
    const roles = [...new Set(seats.map((seat) => story.seats[seat].role))];
    const as = story.labels.length > 1 ? [" as ", make("bdi", {}, roles.join(", "))] : [];
    return ["sits at ", make("bdi", {}, names(story, seats)), ...as];
  }

  function names(story, seats) {
    return viewerSeveral(seats.map((seat) => story.seats[seat].name));
  }

  /** One line about the match, with all other facts folded away behind it. */
  function belongs(story) {
    const cut = story.steps.at(-1)?.[2].some(([, off]) => off);
    const parts = [`${story.last} ${story.last === 1 ? "step" : "steps"}${cut ? ", then truncated" : ""}`, `${story.purpose} of generation ${story.generation}`];
    if (story.begins) parts.push(`begins with ${story.begins} random ${story.begins === 1 ? "move" : "moves"}`);
    if (story.tags.length) parts.push(`kept as: ${story.tags.join(", ")}`);
    parts.push(`seed ${story.seed}`);
    if (story.digest) parts.push(`digest ${story.digest.slice(0, 10)}`);
    const line = make("p", { class: "soft" }, ...parts.flatMap((part, at) => [at ? " · " : "", make("bdi", {}, part)]));
    const facts = [
      ["Game", story.game],
      ["Options", written(story.setup.options)],
      ["Wrappers", written(story.setup.wrappers)],
      ["Match", story.match],
      ["Series", story.series],
      ["Digest", story.digest],
      ["Seal", story.seal],
      ["Digest and seal", "show that the file was not changed since; not who made it"],
      ...story.players.filter((player) => player.weights).map((player) => [`Weights of ${player.name}`, player.weights]),
      ...story.versions,
    ].filter(([, value]) => value !== "" && value !== "{}" && value !== "[]");
    const rows = facts.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), make("td", {}, make("code", {}, value))));
    const table = make("table", {}, make("caption", { class: "hidden" }, "What is known of this match"), make("tbody", {}, ...rows));
    return make("div", { class: "viewer-match" }, line, make("details", { class: "viewer-facts" }, make("summary", {}, "Game, digest, weights, versions"), make("div", { class: "scroll card" }, table)));
  }

  const written = (value) => JSON.stringify(value) ?? "";

  return { build };
})();
