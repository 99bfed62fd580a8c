// The viewer as a whole page. It opens at the step in the address, and writes its step to the address.

(async () => {
  const place = document.getElementById("replay");
  const content = await unpack("replay");

  /** Step and seat of an address like #step=17&seat=player_0. */
  function read() {
    const said = new URLSearchParams(location.hash.slice(1));
    return { position: Number.parseInt(said.get("step") ?? "0", 10), seat: said.get("seat") };
  }

  function address(step, seat) {
    const said = new URLSearchParams({ step, ...(seat === null ? {} : { seat }) });
    return `#${said}`;
  }

  function onPosition(step, seat) {
    if (address(step, seat) === location.hash || (step === 0 && seat === null && !location.hash)) return;
    try {
      history.replaceState(null, "", address(step, seat));
    } catch (error) {
      if (error.name !== "SecurityError") throw error; // a frame without its own address
    }
  }

  place.replaceChildren();
  const viewer = openReplay(place, content, { ...read(), onPosition, address });
  addEventListener("hashchange", () => {
    const { position, seat } = read();
    viewer.go(position, seat);
  });
})().catch((error) => {
  document.getElementById("replay").append(make("p", { role: "alert" }, `This browser cannot show the match: ${error.message}`));
  throw error;
});
