// What is shown when a scenario is opened; made then, and only once.

function open(row) {
  if (row.querySelector(".detail")) return;
  const key = row.id;
  const data = JSON.parse(document.getElementById(`data-${key}`).textContent);
  const violations = data.violations || [];
  const scenario = { ...data, key, entries: data.entries || {}, evidence: new Set(violations.flatMap((one) => one.evidence.seqs || [])) };
  const history = data.timelines && data.timelines.length ? historyOf(scenario) : null;
  const detail = h("div", { class: "detail" },
    h("section", { class: "two" }, expectedPart(scenario), foundPart(scenario, violations, history)),
    history && history.element,
    notedPart(scenario));
  row.append(detail);
  history?.show(violations.find((one) => one.note)?.note);
}

function expectedPart(scenario) {
  return h("div", {}, h("h4", {}, scenario.verdict === "pass" ? "The scenario" : "Expected, in the scenario's words"),
    h("ol", { class: "steps" }, scenario.steps.map((step) => h("li", { class: step.state.replace(" ", "-") },
      step.text, onlyForReaders(`, ${step.state}`), step.below && h("pre", {}, step.below)))),
    h("p", { class: "source" }, `${scenario.feature}:${scenario.line}`, scenario.tags.map((tag) => ` @${tag}`)));
}

function foundPart(scenario, violations, history) {
  const parts = [h("h4", {}, scenario.verdict === "pass" ? "Play it again" : "Found")];
  if (scenario.known) parts.push(h("p", { class: "plain-words" }, `Expected to fail for now: ${scenario.known}`), h("br"));
  if (violations.length) parts.push(h("ul", { class: "found fail" }, violations.map((one) => violation(one, history))), h("br"));
  const rest = words(scenario, violations);
  if (rest) parts.push(h("p", { class: "plain-words" }, rest), h("br"));
  parts.push(again(scenario));
  return h("div", {}, parts);
}

// The message without what the violations above it say already.
function words(scenario, violations) {
  if (!violations.length) return scenario.message;
  const lines = scenario.message.split("\n").filter((line) => !violations.some((one) => line.endsWith(one.message)));
  return lines.join("\n").trim();
}

function violation(one, history) {
  const place = one.evidence.excess?.[0] ?? one.evidence.cycle?.[0] ?? one.evidence.seqs?.at(-1);
  const show = history && place !== undefined && history.has(one.note);
  return h("li", {}, h("span", { class: "rule" }, one.rule), h("span", { class: "by" }, ` by ${one.owner}`),
    h("p", { class: "what" }, one.message),
    show && h("button", { type: "button", class: "button", onclick: () => history.find(one, place) }, "Show it on the timeline"));
}

function again(scenario) {
  const command = h("pre", {}, scenario.replay);
  const said = h("span", { role: "status", class: "hidden-words" });
  const copy = h("button", { type: "button", class: "button", onclick: () => {
    navigator.clipboard?.writeText(scenario.replay).then(() => { copy.textContent = "Copied"; said.textContent = "Copied"; });
  } }, "Copy");
  return [h("h5", {}, `Play it again (seed ${scenario.seed})`), h("div", { class: "again" }, command, copy), said];
}

function historyOf(scenario) {
  const views = new Map();
  const host = h("div", {});
  const about = h("div", {});
  const pick = h("select", { onchange: () => show(pick.value) },
    scenario.timelines.map((one, place) => h("option", { value: one.note }, `${place + 1} of ${scenario.timelines.length}: ${short(one.note)}, born in ${SIDE[one.born]}`)));
  const reads = h("input", { type: "checkbox", onchange: () => hideReads(views.get(pick.value), reads.checked) });
  const view = (note) => {
    if (!views.has(note)) views.set(note, timeline(scenario.timelines.find((one) => one.note === note), scenario));
    return views.get(note);
  };
  const show = (note) => {
    if (note && scenario.timelines.some((one) => one.note === note)) pick.value = note;
    const now = view(pick.value);
    const compared = scenario.notes.find((one) => one.note === pick.value);
    about.replaceChildren(h("h4", {}, "Copies, and where they differ from what is expected"), compared ? copies(compared) : "");
    host.replaceChildren(now.element,
      h("section", {}, h("br"), h("h4", {}, "Messages"), ledger(scenario.messages.filter((one) => one.notes.includes(pick.value)), now)));
    hideReads(now, reads.checked);
  };
  const choice = scenario.timelines.length > 1 && h("div", { class: "pick" }, h("label", {}, "Case note", pick),
    scenario.more > 0 && h("span", {}, `${plural(scenario.more, "more note")} in journal.ndjson`));
  const element = h("section", {}, choice, about, h("br"), h("h4", {}, "Timeline of the case note"),
    h("div", { class: "pick" }, h("label", {}, reads, "hide reads")), host);
  const has = (note) => scenario.timelines.some((one) => one.note === note) || !note;
  const find = (one, place) => {
    show(one.note);
    const seqs = [place, ...(one.evidence.seqs || [])];
    seqs.some((seq) => goTo(seq, view(pick.value)));
  };
  return { element, show, has, find };
}

function notedPart(scenario) {
  const parts = [];
  const list = (title, items) => items && items.length && parts.push(h("h5", {}, title),
    h("ul", { class: "found skip" }, items.map((one) => h("li", {}, h("span", { class: "rule" }, one.rule), h("span", { class: "by" }, ` by ${one.owner}${one.limit ? `, limit ${one.limit}` : ""}`), h("p", { class: "what" }, one.message)))));
  list("Limits of the real services, no fault of the sync", scenario.limited);
  list("Worth reading, no failure", scenario.findings);
  const checked = Object.entries(scenario.checked || {}).filter(([, count]) => count);
  if (checked.length) parts.push(h("h5", {}, "What the rules looked at"), h("p", { class: "note" }, checked.map(([rule, count]) => `${rule} ${count}`).join(", ")));
  return parts.length && h("section", {}, h("details", { class: "more" }, h("summary", {}, "Also noted"), parts));
}
