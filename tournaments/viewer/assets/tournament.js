// The tournament page as a whole. The page shows the state in the address (URL), and clicks change the address.

(async () => {
  const facts = await unpack("tournament"), matches = readMatches(facts);
  const byId = new Map(matches.ids.map((id, index) => [id, index]));
  const overview = document.getElementById("overview"), stage = document.getElementById("stage");
  // Listed: the filters that the list shows, and the matches that pass them. Open: the match on the stage.
  let state = readAddress(), listed = "", found = [], open = "", viewer = null;
  // Whether the previous entry of the browser's history is the list, and the scroll position in it.
  let pushed = false, left = { top: 0, match: "" };

  const go = (values, pushing = false) => {
    state = { ...state, ...values };
    const written = writeAddress(state, pushing);
    show();
    return written;
  };
  const filter = (values) => go(values);
  const choose = (values) => {
    go({ player: "", opponent: "", result: "", page: "1", ...values }, true);
    const title = document.getElementById("matches-title");
    title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  };
  const play = (index) => {
    left = { top: scrollY, match: matches.ids[index] };
    pushed = go({ match: matches.ids[index], step: "", seat: "" }, true);
  };

  const list = matchesSection(facts, matches, filter, play);
  const trouble = make("p", { id: "trouble", role: "alert" });
  const replays = matches.replays.filter((replay) => replay >= 0).length;
  const sum = [[facts.standings.length, "player", "players"], [matches.ids.length, "match", "matches"], [replays, "replay", "replays"]];
  const ranked = rankingSections(facts, choose), drawn = ranked.length > 1;
  overview.append(
    make("p", { id: "sum", class: "soft" }, sum.map((words) => count(...words)).join(" · ")),
    trouble,
    standingsSection(facts, choose),
    ...(drawn ? ranked : []),
    make("div", { class: "beside part" }, crossSection(facts, choose), ...worthSeeing(facts, matches, play)),
    ...(drawn ? [] : ranked),
    list.section,
  );
  const { rows, columns } = facts.cross;
  overview.classList.toggle("many", columns.length > 16);
  overview.classList.toggle("few", rows.length <= columns.length / 2);

  function show() {
    const { match, step, seat, ...filters } = state, wanted = JSON.stringify(filters);
    if (wanted !== listed) {
      listed = wanted;
      found = chooseMatches(facts, matches, state);
      list.show(state, found);
    }
    const index = byId.get(match), playable = index !== undefined && matches.replays[index] >= 0;
    trouble.textContent = match && !playable ? `There is no replay of ${match} on this page.` : "";
    if (!playable) leave();
    else if (open !== match) enter(index);
  }

  async function enter(index) {
    const id = matches.ids[index], place = make("div", { id: "place" }, make("p", { class: "soft" }, "Unpacking …"));
    viewer?.close();
    [open, viewer] = [id, null];
    stage.replaceChildren(bar(index), place);
    [overview.hidden, stage.hidden] = [true, false];
    document.title = `${id} · ${facts.title}`;
    scrollTo(0, 0);
    const content = await unpack(`replay-${matches.replays[index]}`);
    if (!place.isConnected) return;
    place.replaceChildren();
    viewer = openReplay(place, content, {
      position: Number.parseInt(state.step, 10) || 0,
      seat: state.seat || null,
      onPosition: (step, seat) => open === id && go({ step: String(step), seat: seat ?? "" }),
      address: (step, seat) => addressOf({ ...NOTHING, match: id, step: String(step), seat: seat ?? "" }),
    });
    // The viewer receives keys only if the focus is in the viewer.
    place.querySelector("article").setAttribute("tabindex", "-1");
    place.querySelector("article").focus({ preventScroll: true });
  }

  function leave() {
    if (!open) return;
    viewer?.close();
    [open, viewer] = ["", null];
    stage.replaceChildren();
    [overview.hidden, stage.hidden] = [false, true];
    document.title = facts.title;
    scrollTo(0, left.top);
    overview.querySelector(`[data-match="${CSS.escape(left.match)}"]`)?.focus({ preventScroll: true });
  }

  function back() {
    if (pushed) history.back();
    else go({ match: "", step: "", seat: "" });
    pushed = false;
  }

  /** The bar above the replay: back to the list, and to the next recorded match of the filtered and sorted list. */
  function bar(index) {
    const recorded = found.filter((each) => matches.replays[each] >= 0), here = recorded.indexOf(index), bits = matches.bits[index];
    const to = (sign, name, other) => {
      const absent = here < 0 || other === undefined, click = () => go({ match: matches.ids[other], step: "", seat: "" });
      return make("button", { type: "button", "aria-label": name, title: name, disabled: absent, click }, sign);
    };
    const surprisal = bits === null ? "" : `${bits.toFixed(1)} bits of surprisal, ${odds(bits)}`;
    return make("header", { id: "bar" },
      make("button", { type: "button", id: "back", click: back }, "← All matches"),
      make("p", {}, make("strong", {}, matches.ids[index]), " ", make("span", { class: "soft" }, surprisal)),
      make("span", { id: "neighbours" },
        to("‹", "previous replay of the list", recorded[here - 1]),
        make("span", { class: "soft" }, here < 0 ? "" : `${here + 1} of ${count(recorded.length, "replay", "replays")}`),
        to("›", "next replay of the list", recorded[here + 1])));
  }

  addEventListener("popstate", () => {
    const before = state;
    state = readAddress();
    if (!state.match) pushed = false;
    else if (state.match === before.match) viewer?.go(Number.parseInt(state.step, 10) || 0, state.seat || null);
    show();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open && !event.defaultPrevented) back();
  });
  show();
})().catch((error) => {
  document.getElementById("overview").append(make("p", { role: "alert" }, `This browser cannot show the tournament: ${error.message}`));
  throw error;
});
