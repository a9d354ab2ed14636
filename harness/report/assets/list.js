// The list of scenarios: search and filters.

const rows = [...document.querySelectorAll("details.row")];
const groups = [...document.querySelectorAll(".group")];
const form = document.getElementById("filters");
const field = (id) => document.getElementById(id);
let onlyKey = "";

function wanted() {
  return {
    words: field("q").value.toLowerCase().split(/\s+/).filter(Boolean),
    capability: field("f-capability").value,
    rule: field("f-rule")?.value || "",
    owner: field("f-owner")?.value || "",
    verdicts: new Set([...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value)),
  };
}

function fits(row, ask) {
  const data = row.dataset;
  return ask.verdicts.has(row.classList[1])
    && (!ask.capability || data.capability === ask.capability)
    && (!ask.rule || data.rules.split("|").includes(ask.rule))
    && (!ask.owner || data.owners.split("|").includes(ask.owner))
    && (!onlyKey || data.keys.split("|").includes(onlyKey))
    && ask.words.every((word) => data.words.includes(word));
}

function filter() {
  const ask = wanted();
  let shown = 0;
  for (const row of rows) {
    const visible = fits(row, ask);
    if (row.hidden === visible) row.hidden = !visible;
    shown += visible;
  }
  for (const group of groups) {
    const here = group.querySelectorAll("details.row:not([hidden])").length;
    group.hidden = here === 0;
    group.querySelector(".count").textContent = here;
  }
  field("shown").textContent = `${shown} of ${rows.length} shown`;
  field("nothing").hidden = shown > 0;
  field("all-again").hidden = shown === rows.length;
}

function start() {
  form.addEventListener("input", () => { onlyKey = ""; filter(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { onlyKey = ""; requestAnimationFrame(filter); });
  document.addEventListener("click", (event) => {
    const { key, capability } = event.target.dataset || {};
    if (key === undefined && capability === undefined) return;
    if (!event.target.classList.contains("link")) return;
    form.reset();
    onlyKey = key || "";
    field("f-capability").value = capability || "";
    filter();
    const section = field("scenarios");
    section.scrollIntoView();
    section.focus({ preventScroll: true });
  });
}
