// Reads the data of the page, and makes its elements. Text is always inserted as text and never as markup.

/** The data that Python passed to `document` under a name. */
async function unpack(name) {
  const packed = atob(document.getElementById(`data-${name}`).textContent.trim());
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at++) bytes[at] = packed.charCodeAt(at); // pages can hold megabytes
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** An HTML element: make("td", {class: "right", title: words}, "text or elements", ...). */
function make(tag, attributes = {}, ...content) {
  return furnish(document.createElement(tag), attributes, content);
}

/** The same for SVG. */
function draw(tag, attributes = {}, ...content) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, content);
}

function furnish(element, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}
