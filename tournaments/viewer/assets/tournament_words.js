// The numbers and results of the tournament page as text.

const RESULTS = { 1: ["W", "won"], 0.5: ["D", "drawn"], 0: ["L", "lost"] };

/** A number without decimals, with a true minus sign. */
function whole(value) {
  return (Math.round(value) + 0).toLocaleString("en").replace("-", "−");
}

/** A number with at most two decimals. */
function brief(value) {
  return (+value.toFixed(2) + 0).toLocaleString("en", { maximumFractionDigits: 2 }).replace("-", "−");
}

/** count(1, "match", "matches"). */
function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** The probability of a surprisal as text: "1 in 37". */
function odds(bits) {
  const one = 2 ** bits;
  return `1 in ${one < 10 ? one.toFixed(1) : one < 1e6 ? whole(one) : "a million or more"}`;
}

/** The result as a letter: W, D, L, or a share of the points against several players; empty without a comparison. */
function badge(score) {
  if (score === null) return make("span", { class: "badge" });
  const [letter, word] = RESULTS[score] ?? [score.toFixed(2), `${score.toFixed(2)} of the points`];
  const kind = score > 0.5 ? "good" : score < 0.5 ? "bad" : "even";
  const said = [make("span", { "aria-hidden": "true" }, letter), make("span", { class: "hidden" }, word)];
  return make("span", { class: `badge ${kind}`, title: word }, ...said);
}

/** Wins, draws and losses as a bar in three colours; the numbers are beside it. */
function recordBar(wins, draws, losses) {
  const games = wins + draws + losses, bar = draw("svg", { class: "record", "aria-hidden": "true" });
  let start = 0;
  for (const [kind, part] of [["good", wins], ["even", draws], ["bad", losses]]) {
    const share = games ? (100 * part) / games : 0;
    if (share) bar.append(draw("rect", { class: kind, x: `${start}%`, width: `${share}%`, height: "100%" }));
    start += share;
  }
  return bar;
}
