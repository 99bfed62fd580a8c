// Questions to the server that the page comes from. Its token, if it has one, is asked for once and kept as long as the tab. It is
// also a cookie, for pages that the browser itself opens, such as replays; the server takes it for looking only.

const server = (() => {
  const KEY = "league-token";
  let token = "";
  try {
    token = sessionStorage.getItem(KEY) ?? "";
  } catch (error) {
    if (error.name !== "SecurityError") throw error; // storage is forbidden: the token is kept as long as the page
  }

  /** An answer of the server as JSON; throws an Error with the server's sentence. */
  async function ask(method, path, body) {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    if (body !== undefined) headers["content-type"] = "application/json";
    let response;
    try {
      response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
    } catch {
      throw new Error("The server does not answer.");
    }
    if (response.status === 401) {
      token = await asked();
      return ask(method, path, body);
    }
    const kind = response.headers.get("content-type") ?? "";
    const told = kind.includes("json") ? await response.json() : await response.text();
    if (!response.ok) throw new Error(told.error ?? `The server answers ${response.status}.`);
    return told;
  }

  /** Ask the person for the token. */
  function asked() {
    return new Promise((resolve) => {
      const field = make("input", { type: "password", id: "token", autocomplete: "off", required: true });
      const sent = (event) => {
        event.preventDefault();
        try {
          sessionStorage.setItem(KEY, field.value);
        } catch (error) {
          if (error.name !== "SecurityError") throw error;
        }
        document.cookie = `league-token=${encodeURIComponent(field.value)}; path=/; SameSite=Strict`;
        dialog.close();
        dialog.remove();
        resolve(field.value);
      };
      const form = make("form", { submit: sent }, make("label", { for: "token" }, "This server has a token"), field, make("button", { type: "submit" }, "Go on"));
      const dialog = make("dialog", { class: "play-token card" }, form);
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  /** Show a sentence about an error, or take it away. */
  function alarm(sentence = "") {
    const place = document.getElementById("alert");
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  return { ask, alarm };
})();
