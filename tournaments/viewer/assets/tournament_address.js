// What the address says: which match at which step, which filters, which order. A page in a frame without an origin of its own
// may not be allowed to write its address; it then keeps its state to itself.

const NOTHING = {
  match: "", step: "", seat: "", player: "", opponent: "", result: "", generation: "", shortest: "", longest: "",
  upsets: "", recorded: "", sort: "surprisal", order: "down", page: "1",
};

/** The state that the address stands for. */
function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(NOTHING).map(([key, nothing]) => [key, said.get(key) ?? nothing]));
}

/** The address of a state. */
function addressOf(state) {
  return `#${new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== NOTHING[key]))}`;
}

/** Let the address stand for a state; `pushing` makes an entry that the back button returns from. True where it worked. */
function writeAddress(state, pushing) {
  try {
    history[pushing ? "pushState" : "replaceState"](null, "", addressOf(state));
    return true;
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return false;
  }
}
