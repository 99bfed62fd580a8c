// The state in the address: the match and step, the filters, the order. A page in a frame without its own origin may not be
// allowed to write its address. Its state is then only in memory.

const NOTHING = {
  match: "", step: "", seat: "", player: "", opponent: "", result: "", generation: "", shortest: "", longest: "",
  upsets: "", recorded: "", sort: "surprisal", order: "down", page: "1",
};

/** The state in the address. */
function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(NOTHING).map(([key, nothing]) => [key, said.get(key) ?? nothing]));
}

/** The address of a state. */
function addressOf(state) {
  return `#${new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== NOTHING[key]))}`;
}

/** Write a state into the address. `pushing` adds an entry to the browser's history. Returns whether it worked. */
function writeAddress(state, pushing) {
  try {
    history[pushing ? "pushState" : "replaceState"](null, "", addressOf(state));
    return true;
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return false;
  }
}
