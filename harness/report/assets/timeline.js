// One case note's timeline: a list of lines that can be opened, with a drawing beside.

const LANES = ["NOMIS screens", "NOMIS", "relay", "topic", "queue", "to-nomis", "from-nomis", "mapping", "DPS", "DPS users", "alerts"];
const ASIDE = new Set(["step", "fault", "switch", "half", "time"]);
const LONG_LAG = 1;

function timeline(data, scenario) {
  const used = new Set(data.lines.flatMap((line) => [line.lane, line.to]));
  const lanes = LANES.filter((lane) => used.has(lane));
  const laneWidth = lanes.length > 8 ? 58 : 66;
  const list = h("ol", { class: "tl" });
  const head = h("div", { class: "tl-lanes", "aria-hidden": "true" });
  const wrap = h("div", { class: "tl-wrap" }, head, list);
  const said = h("p", { role: "status", class: "hidden-words" });
  const view = { wrap, head, list, said, rows: [], lanes, laneWidth, chain: new Set(), scenario, bySeq: new Map() };
  wrap.style.setProperty("--graph", `${lanes.length * laneWidth}px`);
  wrap.style.setProperty("--lane", `${laneWidth - 4}px`);
  lanes.forEach((lane, place) => {
    const label = h("span", {}, lane);
    label.style.left = `${132 + laneWidth * (place + 0.5)}px`;
    head.append(label);
  });
  const cause = h("span", { class: "said" }, "+ is the lag since the cause");
  cause.style.left = `${132 + laneWidth * lanes.length + 10}px`;
  head.append(cause);
  for (const line of data.lines) {
    view.bySeq.set(line.seq, line);
    list.append(ASIDE.has(line.kind) ? aside(line, view) : row(line, view));
  }
  if (data.left_out) {
    const middle = list.children[200];
    list.insertBefore(h("li", {}, h("div", { class: "tl-aside" }, `${data.left_out} lines are left out here; journal.ndjson holds them`)), middle);
  }
  list.addEventListener("keydown", (event) => walk(event, list));
  view.redraw = () => drawGraph(view);
  new ResizeObserver(view.redraw).observe(list);
  view.element = h("div", {}, wrap, graphKey(), said);
  return view;
}

function aside(line, view) {
  if (line.kind !== "step") return h("li", {}, h("div", { class: `tl-aside ${line.kind}` }, line.text));
  const broke = view.scenario.steps.find((step) => step.state === "broke");
  const here = broke && broke.text === line.text;
  return h("li", {}, h("div", { class: `tl-step${here ? " broke" : ""}` }, line.text, here && onlyForReaders(" (broke)")));
}

function row(line, view) {
  const evidence = view.scenario.evidence.has(line.seq);
  const more = `more-${view.scenario.key}-${line.seq}`;
  const button = h("button", { type: "button", class: "tl-what", "aria-expanded": "false", onclick: () => toggle(entry, view) },
    shortened(line.text),
    line.cycle && h("span", { class: "tl-tag cycle" }, "cycle"),
    evidence && !line.cycle && h("span", { class: "tl-tag evidence" }, "evidence"),
    line.certainty === "inferred" && h("span", { class: "tl-tag" }, "cause inferred"),
    line.certainty === "unknown" && (line.kind === "read" || line.kind === "write") && h("span", { class: "tl-tag" }, "cause unknown"));
  const lane = line.to && line.to !== line.lane ? `${line.lane} → ${line.to}` : line.lane;
  const at = h("span", { class: "tl-at" }, duration(line.at));
  const lag = line.lag >= 0.0005 ? `+${duration(line.lag)}` : "";
  const item = h("li", { class: `${line.kind}${line.cycle ? " is-cycle" : ""}` },
    h("div", { class: "tl-line" }, at,
      h("span", { class: `tl-lag${line.lag >= LONG_LAG ? " long" : ""}` }, lag),
      h("span", { class: "tl-lane" }, lane),
      button));
  const entry = { line, item, at, button, more, opened: null };
  view.rows.push(entry);
  return item;
}

function toggle(entry, view, open = !entry.opened) {
  if (open && !entry.opened) {
    entry.opened = h("div", { class: "tl-more", id: entry.more }, lineDetails(entry.line, view));
    entry.item.append(entry.opened);
    entry.button.setAttribute("aria-controls", entry.more);
  } else if (!open && entry.opened) {
    entry.opened.remove();
    entry.opened = null;
    entry.button.removeAttribute("aria-controls");
  }
  entry.button.setAttribute("aria-expanded", String(open));
  choose(entry, view);
}

// Show the way from the first cause to this line.
function choose(entry, view) {
  view.chain = new Set();
  for (let line = entry.line; line && !view.chain.has(line.seq); line = view.bySeq.get(line.cause)) view.chain.add(line.seq);
  for (const other of view.rows) {
    other.item.classList.toggle("is-chain", view.chain.has(other.line.seq) && view.chain.size > 1);
    other.item.classList.toggle("is-chosen", other === entry);
  }
  view.redraw();
}

function goTo(seq, view) {
  const entry = view.rows.find((one) => one.line.seq === seq);
  if (!entry) return false;
  entry.item.hidden = false;
  toggle(entry, view, true);
  entry.button.focus({ preventScroll: true });
  entry.item.scrollIntoView({ block: "center" });
  view.said.textContent = `Line ${seq}: ${entry.line.text}. ${plural(view.chain.size - 1, "line leads", "lines lead")} to it.`;
  return true;
}

function hideReads(view, hide) {
  for (const entry of view.rows) {
    if (entry.line.kind === "read") entry.item.hidden = hide && !entry.line.cycle;
  }
  view.redraw();
}

function walk(event, list) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way || !event.target.classList.contains("tl-what")) return;
  const buttons = [...list.querySelectorAll("li:not([hidden]) .tl-what")];
  const next = buttons[buttons.indexOf(event.target) + way];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function lineDetails(line, view) {
  const entry = view.scenario.entries[line.seq] || {};
  const answer = entry.answer || {};
  const cause = view.bySeq.get(line.cause);
  const back = cause && h("button", { type: "button", class: "link", onclick: () => goTo(cause.seq, view) }, shortened(cause.text));
  const how = { certain: "", inferred: " (inferred: the one message in flight that fits)", unknown: " (unknown)" }[line.certainty];
  const status = "sent" in answer && answer.sent !== answer.status ? `${answer.status}, but ${answer.sent} was sent` : answer.status;
  const items = [
    ["Because of", cause ? h("span", {}, back, how) : line.kind === "user" ? "a user's wish" : "not known"],
    ["Lag", cause && duration(line.lag)],
    ["Answered in", line.took !== null ? duration(line.took) : ""],
    ["Request", entry.method && `${entry.method} ${entry.service} ${entry.path}${entry.query ? `?${entry.query}` : ""}`],
    ["By", entry.user || entry.client],
    ["Status", status],
    ["Fault", answer.fault && `${answer.fault}${answer.lost ? ", the caller never saw the answer" : ""}`],
    ["Queue", entry.queue],
    ["Message", entry.message],
    ["Business time", moment(entry.calendar)],
    ["Journal", `entry ${line.seq}`],
  ];
  return [pairs(items), body("Body", entry.body), body("Attributes", entry.attributes), body("Answer", answer.body)];
}

function body(title, text) {
  return text && [h("h5", {}, title), h("pre", { tabindex: "0", role: "region", "aria-label": title }, text)];
}
