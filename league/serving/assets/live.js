// The page that follows a league: what it does, its progress, its ratings, its replays. It asks the server again and again.

(() => {
  const place = document.getElementById("live");
  const AGAIN = 2000; // milliseconds between two questions
  let wanted = decodeURIComponent(location.hash.slice(1));
  const state = make("section", { class: "card", "aria-live": "polite" });
  const curve = make("section", {});
  const table = make("section", {});
  const replays = make("section", {});
  const names = make("select", { id: "league", change: () => ((wanted = names.value), (location.hash = encodeURIComponent(wanted)), ask()) });
  place.replaceChildren(make("p", {}, make("label", { for: "league" }, "League "), names), state, curve, table, replays);

  async function ask() {
    try {
      const { leagues } = await server.ask("GET", "/v1/leagues");
      fill(leagues);
      if (wanted) show(await server.ask("GET", `/v1/leagues/${encodeURIComponent(wanted)}`));
      server.alarm();
    } catch (error) {
      server.alarm(error.message);
    }
  }

  function fill(leagues) {
    if (!leagues.some((each) => each.league === wanted)) wanted = (leagues.find((each) => each.running) ?? leagues.at(-1))?.league ?? "";
    const words = leagues.map((each) => `${each.league}${each.running ? " (running)" : ""}`);
    if (words.join("\n") === [...names.options].map((option) => option.textContent).join("\n")) return;
    names.replaceChildren(...leagues.map((each, at) => make("option", { value: each.league, ...(each.league === wanted ? { selected: true } : {}) }, words[at])));
    if (!leagues.length) state.replaceChildren(make("p", {}, "There is no league here yet."));
  }

  function show(told) {
    const { now, generations } = told;
    const last = generations.at(-1);
    const lines = [make("p", {}, make("bdi", { class: "play-name" }, told.league), " ", make("bdi", { class: "soft" }, told.game))];
    if (now) {
      const bar = make("progress", { max: Math.max(1, now.total), value: now.done, "aria-label": `Tasks of the phase ${now.phase}` });
      lines.push(make("p", {}, `Generation ${now.generation} of ${now.generations}: ${now.phase}`, now.total ? ` ${now.done}/${now.total} ` : " ", bar));
      const workers = Object.entries(now.workers).map(([worker, tasks]) => `${worker}: ${tasks} tasks`);
      const rate = now.rate ? `${Math.round(now.rate).toLocaleString("en")} agent-steps/s in the last training` : "";
      lines.push(make("p", { class: "soft" }, [rate, ...workers].filter(Boolean).join(" · ")));
      if (now.warning) lines.push(make("p", { class: "play-warning" }, now.warning));
    } else lines.push(make("p", { class: "soft" }, "It is not running."));
    if (last) lines.push(make("p", {}, `${generations.length} generations are committed; the champion is `, make("bdi", { class: "play-name" }, last.champion), "."));
    state.replaceChildren(...lines);
    curve.replaceChildren(...chart(generations));
    table.replaceChildren(...ratings(told.standings));
    replays.replaceChildren(...recorded(told));
  }

  /** The progress of champions by generation, as a line. */
  function chart(generations) {
    const seen = generations.filter((row) => Number.isFinite(row.progress));
    if (seen.length < 2) return [];
    const [width, height, edge] = [640, 160, 36];
    const values = seen.map((row) => row.progress);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (at) => edge + (at * (width - 2 * edge)) / (seen.length - 1);
    const y = (value) => height - edge + 12 - ((value - low) / (high - low || 1)) * (height - 2 * edge);
    const line = draw("polyline", { points: values.map((value, at) => `${x(at)},${y(value)}`).join(" "), class: "play-line" });
    const ends = [low, high].map((value) => draw("text", { x: edge - 4, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(0)));
    const first = draw("text", { x: edge, y: height - 6 }, `generation ${seen[0].number}`);
    const final = draw("text", { x: width - edge, y: height - 6, "text-anchor": "end" }, `generation ${seen.at(-1).number}`);
    return [make("h2", {}, "Progress of the champion"), draw("svg", { viewBox: `0 0 ${width} ${height}`, class: "play-chart", role: "img", "aria-label": `Progress from ${values[0].toFixed(0)} to ${values.at(-1).toFixed(0)}` }, line, ...ends, first, final)];
  }

  function ratings(rows) {
    if (!rows.length) return [];
    const head = ["Player", "Elo", "95 %", "Games"].map((words, at) => make("th", { scope: "col", class: at ? "right" : "" }, words));
    const lines = rows.map((row) => {
      const range = row.low === null || row.high === null ? "" : `${row.low.toFixed(0)} to ${row.high.toFixed(0)}`;
      return make("tr", {}, make("td", {}, make("bdi", {}, row.player)), ...[row.elo.toFixed(0), range, String(row.games)].map((words) => make("td", { class: "right" }, words)));
    });
    return [make("h2", {}, "Standings"), make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines)))];
  }

  function recorded(told) {
    if (!told.replays.length) return [];
    const items = told.replays.map((file) => make("li", {}, make("a", { href: `/v1/leagues/${encodeURIComponent(told.league)}/replays/${encodeURIComponent(file)}` }, called(file))));
    return [make("h2", {}, "Replays"), make("ul", { class: "play-replays" }, ...items)];
  }

  /** A file such as g002-t-000807.replay.json.gz in words. */
  function called(file) {
    const [, generation, match] = /^g(\d+)-(.*?)\.replay/.exec(file) ?? [];
    return generation === undefined ? file : `generation ${Number(generation)}, match ${match}`;
  }

  ask();
  setInterval(() => document.visibilityState === "visible" && ask(), AGAIN);
})();
