// The filters of the list of matches.

/** The form, and `show(state)`, which shows the state in it. `change(values)` is called with the values that the reader sets. */
function filterForm(facts, matches, change) {
  const option = (value, label = value) => make("option", { value }, label);
  const field = (key, label, input) => make("label", { class: `field ${key}` }, make("span", {}, label), input);
  const pick = (key, label, ...options) => field(key, label, make("select", { name: key }, ...options));
  const number = (key, label) => field(key, label, make("input", { name: key, type: "number", min: "0", inputmode: "numeric" }));
  const tick = (key, label) => make("label", { class: "tick" }, make("input", { name: key, type: "checkbox", value: "1" }), label);
  const people = () => [option("", "anybody"), ...facts.players.map((name) => option(name))];
  const generations = [...new Set(matches.generations)].sort((one, other) => other - one).map((each) => option(String(each)));
  const alone = matches.places === 1, ofPlayer = alone ? {} : { won: option("won"), lost: option("lost") };
  const results = alone
    ? [option("1", "beat all others")]
    : [...facts.places.map((place, at) => option(String(at + 1), `${place} won`)), option("drawn", matches.places === 2 ? "drawn" : "no winner")];
  const blank = (names) => Object.fromEntries(names.map((name) => [name, ""]));
  const all = make("button", { type: "button", click: () => change({ page: "1", ...blank(names) }) }, "Show all");
  const form = make("form", { id: "filters", "aria-label": "which matches are listed", submit: (event) => event.preventDefault() },
    pick("player", "player", ...people()),
    pick("opponent", "against", ...people()),
    pick("result", "result", option("", "any"), ...results, ...Object.values(ofPlayer)),
    pick("generation", "generation", option("", "all"), ...generations),
    number("shortest", "steps from"), number("longest", "to"), tick("upsets", "upsets only"), tick("recorded", "replays only"), all);
  const names = [...form.elements].map((input) => input.name).filter(Boolean);
  form.elements.generation.closest("label").hidden = generations.length < 2;
  // A box that is not ticked has no value, so it is set to blank.
  form.addEventListener("input", () => {
    const values = { ...blank(names), ...Object.fromEntries(new FormData(form)) };
    if (!values.player && Object.hasOwn(ofPlayer, values.result)) values.result = ""; // without a player, won and lost have no meaning
    change({ page: "1", ...values });
  });
  const show = (state) => {
    for (const [word, each] of Object.entries(ofPlayer)) {
      each.textContent = `${state.player} ${word}`;
      each.hidden = each.disabled = !state.player;
    }
    for (const key of names) {
      const input = form.elements[key];
      if (input.type === "checkbox") input.checked = state[key] !== "";
      else if (input.value !== state[key]) input.value = state[key];
    }
    all.disabled = names.every((key) => state[key] === "");
  };
  return { form, show };
}
