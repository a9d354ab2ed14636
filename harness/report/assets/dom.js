// Making elements. Texts of case notes go in as text nodes only: they are not markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function onlyForReaders(text) {
  return h("span", { class: "hidden-words" }, text);
}

function pairs(items) {
  const known = items.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: "pairs" }, known.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

// A table for wide screens whose cells are labelled blocks on narrow ones: roles keep
// its meaning when its display changes.
function table(kind, caption, heads, rows) {
  const labels = heads.map((head) => (typeof head === "string" ? head : head.label));
  const cell = (content, place) =>
    place === 0
      ? h("th", { scope: "row", role: "rowheader" }, content.content ?? content)
      : h("td", { role: "cell", "data-label": labels[place], class: content.class }, content.content ?? content);
  return h("table", { class: `grid ${kind}`, role: "table", "aria-label": caption },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
      heads.map((head) => h("th", { scope: "col", role: "columnheader", class: head.class }, head.content ?? head)))),
    h("tbody", { role: "rowgroup" }, rows.map((row) => h("tr", { role: "row" }, row.map(cell)))));
}
