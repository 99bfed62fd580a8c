// The numbers of a match's curves: values and summed rewards of seats at every position.

const viewerLines = (() => {
  const MANY = 7; // maximum number of distinguishable lines; more are drawn as means of teams, or faintly
  const DASHES = ["none", "6 3", "2 3", "9 3 2 3", "12 4", "4 6", "1 5"];

  const bounded = (number) => Math.min(1e12, Math.max(-1e12, number)); // a file may contain any number

  /** Values and rewards, each {lines, said}: the lines to draw, and a sentence if there are none. */
  function gather(story) {
    const values = story.seats.map((_, seat) => valuesOf(story, seat));
    const rewards = sums(story);
    return {
      values: { lines: grouped(story, values).filter((line) => line.numbers.some(Number.isFinite)), of: (seat) => single(story, seat, values[seat]) },
      rewards: { lines: paidOnlyAtTheEnd(story) ? [] : alike(grouped(story, rewards)), said: atTheEnd(story), of: (seat) => single(story, seat, rewards[seat]) },
      extra: story.seats.length > MANY,
    };
  }

  /** A seat's value at every position at which it decided; NaN elsewhere. */
  function valuesOf(story, seat) {
    const numbers = new Float64Array(story.last + 1).fill(NaN);
    story.steps.forEach(([decisions], position) => {
      for (const raw of decisions) if (raw[0] === seat) numbers[position] = bounded(raw[4] ?? NaN);
    });
    return numbers;
  }

  /** The sum of each seat's rewards until every position. */
  function sums(story) {
    const found = story.seats.map(() => new Float64Array(story.last + 1));
    for (let position = 1; position <= story.last; position++) {
      const rewards = story.rewards(position);
      found.forEach((numbers, seat) => (numbers[position] = bounded(numbers[position - 1] + (rewards ? rewards[seat] : 0))));
    }
    return found;
  }

  /** One line per seat. If there are too many, one line per team, the mean of its seats. */
  function grouped(story, numbers) {
    if (story.seats.length <= MANY) return story.seats.map((_, seat) => single(story, seat, numbers[seat]));
    if (story.returns.length > MANY) return story.seats.map((_, seat) => ({ ...single(story, seat, numbers[seat]), faint: true }));
    return story.returns.map((_, team) => {
      const seats = [...story.seats.keys()].filter((seat) => story.seats[seat].team === team);
      const those = `mean of ${seats.length}`;
      const name = story.returns.length > 1 ? `${story.player(seats[0])}, ${those}` : those;
      return { seat: null, name, colour: story.seats[seats[0]].colour, dash: "none", numbers: mean(seats.map((seat) => numbers[seat])) };
    });
  }

  function single(story, seat, numbers) {
    const before = story.seats.slice(0, seat).filter((other) => other.colour === story.seats[seat].colour).length;
    return { seat, name: story.short(seat), about: story.who(seat), colour: story.seats[seat].colour, dash: DASHES[before % DASHES.length], numbers };
  }

  function mean(lines) {
    return lines[0].map((_, at) => {
      const known = lines.map((numbers) => numbers[at]).filter(Number.isFinite);
      return known.length ? known.reduce((sum, number) => sum + number, 0) / known.length : NaN;
    });
  }

  /** Merge lines with equal values into one line with several names. */
  function alike(lines) {
    const kept = [];
    for (const line of lines) {
      const twin = kept.find((other) => !line.faint && other.numbers.every((number, at) => Object.is(number, line.numbers[at])));
      if (twin) Object.assign(twin, { seat: null, others: twin.others + 1, colour: twin.colour === line.colour ? line.colour : "var(--ink)", name: `${twin.first} and ${twin.others + 1} alike`, about: `${twin.about}, ${line.about}` });
      else kept.push({ ...line, first: line.name, others: 0 });
    }
    return kept;
  }

  function paidOnlyAtTheEnd(story) {
    return story.steps.slice(0, -1).every(([, rewards]) => rewards === 0);
  }

  function atTheEnd(story) {
    const paid = viewerNumbers.paid(story.rewards(story.last));
    if (!paid.length) return "Nobody was rewarded in this match.";
    const amounts = paid.map(([seat, amount]) => `${story.who(seat)} ${viewerNumbers.signed(amount)}`);
    return `No rewards before the last step, which gave ${viewerSeveral(amounts, MANY)}.`;
  }

  /** About the wanted number of round numbers that cover a range. */
  function ticks(low, high, wanted) {
    const finest = 1e-9 * Math.max(Math.abs(low), Math.abs(high)); // closer numbers count as equal
    const rough = Math.max(high - low || Math.abs(high) || 1, finest) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
    const found = [];
    for (let at = Math.floor(low / step + 1e-9); at <= Math.ceil(high / step - 1e-9); at++) found.push(Number((at * step).toPrecision(12)));
    return found.length > 1 ? found : [found[0], found[0] + step];
  }

  /** At most a few hundred points of a line: the lowest and the highest of each section. */
  function points(numbers, most = 1200) {
    const known = [...numbers.keys()].filter((at) => Number.isFinite(numbers[at]));
    const width = Math.ceil(known.length / (most / 2));
    if (width <= 2) return known;
    const kept = [];
    for (let start = 0; start < known.length; start += width) {
      const part = known.slice(start, start + width);
      const low = part.reduce((best, at) => (numbers[at] < numbers[best] ? at : best));
      const high = part.reduce((best, at) => (numbers[at] > numbers[best] ? at : best));
      kept.push(...new Set([Math.min(low, high), Math.max(low, high)]));
    }
    if (kept.at(-1) !== known.at(-1)) kept.push(known.at(-1));
    return kept;
  }

  /** The last known number at a position; undefined if there is none. */
  function known(numbers, position) {
    for (let at = position; at >= 0; at--) if (Number.isFinite(numbers[at])) return numbers[at];
    return undefined;
  }

  return { gather, ticks, points, known };
})();
