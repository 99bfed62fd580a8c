// The content of a replay by position, the number of steps before it. Position 0 is the opening, and the last one is the end.

const viewerStory = (content) => {
  const last = content.steps.length;
  const [SEAT, ACTION, LEGAL, PROBABILITIES, VALUE, MESSAGE, HEARD] = [0, 1, 2, 3, 4, 5, 6];

  /** Decisions about to be taken at a position; none at the end. */
  const decisions = (position) => (position < last ? content.steps[position][0].map(opened) : []);

  function opened(raw) {
    return {
      seat: raw[SEAT],
      action: raw[ACTION],
      legal: raw[LEGAL] == null ? null : content.legal[raw[LEGAL]],
      probabilities: raw[PROBABILITIES] ?? null,
      value: raw[VALUE] ?? null,
      message: raw[MESSAGE] ?? null,
      heard: raw[HEARD] ?? null,
    };
  }

  /** The rewards of the step before a position, by seat; 0 if all are 0. */
  const rewards = (position) => (position > 0 ? content.steps[position - 1][1] : 0);

  const player = (seat) => content.players[content.seats[seat].player].name;
  const alone = new Set(content.seats.map((seat) => seat.player)).size === content.seats.length;

  /** A seat in a sentence: the player's name, with the seat's name if the player has several seats. */
  const who = (seat) => (alone ? player(seat) : `${content.seats[seat].name} (${player(seat)})`);

  /** The same in a short form. */
  const short = (seat) => (alone ? player(seat) : content.seats[seat].name);

  /** The name of an action at a position. */
  function called(seat, action, position) {
    if (Array.isArray(action)) return `(${action.slice(0, 3).map((number) => viewerNumbers.signed(number)).join(", ")}${action.length > 3 ? ", …" : ""})`;
    const here = content.names?.[position]?.[seat]?.[action];
    return here ?? content.labels[content.seats[seat].labels][action] ?? `action ${action}`;
  }

  /** Whether a seat had only one legal action. */
  const forced = (decision) => decision.legal?.length === 1;

  /** The step before a position, in one or two sentences. */
  function happened(position) {
    if (position === 0) return "The opening.";
    const moves = decisions(position - 1);
    const said = [];
    const made = (move) => `${called(move.seat, move.action, position - 1)}${forced(move) ? " (forced)" : ""}`;
    if (moves.length === 1) said.push(`${who(moves[0].seat)}: ${made(moves[0])}.`);
    else if (moves.length <= 4) said.push(`${moves.map((move) => `${short(move.seat)}: ${made(move)}`).join(", ")}.`);
    else said.push(`${moves.length} seats moved.`);
    const largest = viewerNumbers.paid(rewards(position)).sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
    const paid = largest.map(([seat, amount]) => [short(seat), viewerNumbers.signed(amount)]);
    if (paid.length > 1 && paid.length === content.seats.length && new Set(paid.map(([, amount]) => amount)).size === 1) said.push(`Rewards: ${paid[0][1]} for everybody.`);
    else if (paid.length) said.push(`Rewards: ${viewerSeveral(paid.map(([name, amount]) => `${name} ${amount}`))}.`);
    const over = content.steps[position - 1][2];
    if (over.length && position < last) said.push(`Out: ${viewerSeveral(over.map(([seat]) => short(seat)))}.`);
    return said.join(" ");
  }

  /** The seats that decide at a position, as text. */
  function toMove(position) {
    if (position === last) return content.result;
    const seats = decisions(position).map((decision) => decision.seat);
    if (seats.length === 0) return "Nobody is to move.";
    return `To move: ${viewerSeveral(seats.map(who), 3)}.`;
  }

  return { ...content, last, decisions, rewards, player, alone, who, short, called, forced, happened, toMove };
};

/** A list of words. A long list shows the first ones and the number of the others, which is never one. */
const viewerSeveral = (words, most = 4) =>
  words.length <= most + 1 ? words.join(", ") : `${words.slice(0, most).join(", ")} and ${words.length - most} others`;

/** Numbers as text for people. */
const viewerNumbers = {
  /** A large number without decimals; a very large one as a power of ten. */
  large: (size) => (size < 1e15 ? Math.round(size).toLocaleString("en") : size.toExponential(2)),

  /** A number with two decimals and a sign. The minus is a minus sign, not a hyphen. */
  signed(number, decimals = 2) {
    if (number === null || number === undefined || !Number.isFinite(number)) return "?";
    const size = Math.abs(number);
    const digits = size >= 1000 ? this.large(size) : size.toFixed(size >= 100 ? Math.min(decimals, 1) : decimals);
    const nothing = Number(digits.replaceAll(",", "")) === 0;
    return nothing ? digits : (number < 0 ? "−" : "+") + digits;
  },

  /** A number in a short form, for axes and ratings. */
  short(number) {
    const digits = Math.abs(number) >= 1000 ? this.large(Math.abs(number)) : String(Number(Math.abs(number).toPrecision(4)));
    return number < 0 && digits !== "0" ? `−${digits}` : digits;
  },

  /** [seat, amount] of the seats with a reward. */
  paid: (rewards) => (rewards === 0 ? [] : [...rewards.entries()].filter(([, amount]) => amount !== 0)),
};
