// The drawing beside a timeline's lines: lanes, calls from lane to lane, causes.

const TIP = 5;

function drawGraph(view) {
  const { wrap, rows, lanes, laneWidth, chain } = view;
  wrap.querySelector(".tl-graph")?.remove();
  const box = wrap.getBoundingClientRect();
  if (!box.width || getComputedStyle(view.head).display === "none") return;
  const left = 132;
  const x = (lane) => left + laneWidth * (lanes.indexOf(lane) + 0.5);
  const places = new Map();
  for (const row of rows) {
    if (row.item.hidden || !row.at) continue;
    const spot = row.at.getBoundingClientRect();
    places.set(row.line.seq, { row, y: spot.top - box.top + 13 });
  }
  const graph = svg("svg", { class: "tl-graph", "aria-hidden": "true", focusable: "false" });
  for (const lane of lanes) {
    graph.append(svg("line", { class: "lane", x1: x(lane), x2: x(lane), y1: 39, y2: box.height }));
  }
  const arrows = svg("g", {});
  const marks = svg("g", {});
  const late = [];
  for (const { row, y } of places.values()) {
    const { line } = row;
    const cause = places.get(line.cause);
    const inChain = chain.has(line.seq);
    const look = `${line.cycle ? " cycle" : ""}${inChain ? " chain" : ""}`;
    if (cause) {
      const from = cause.row.line;
      const both = inChain && chain.has(from.seq);
      const kind = `cause ${line.certainty}${line.cycle && from.cycle ? " cycle" : ""}${both ? " chain" : ""}`;
      const edge = causeArrow(x(from.to || from.lane), cause.y, x(line.lane), y, kind);
      if (both || (line.cycle && from.cycle)) late.push(edge);
      else arrows.append(edge);
    }
    if (line.to && line.to !== line.lane) marks.append(callArrow(x(line.lane), x(line.to), y, line, look));
    marks.append(dot(x(line.lane), y, line, look));
  }
  graph.append(arrows, ...late, marks);
  wrap.append(graph);
}

function causeArrow(x1, y1, x2, y2, kind) {
  const down = y2 - y1;
  const bulge = Math.min(26, 6 + down / 14);
  const curve = x1 === x2
    ? `M${x1 - 3} ${y1} C${x1 - bulge} ${y1 + down * 0.3} ${x2 - bulge} ${y2 - down * 0.3} ${x2 - 5} ${y2 - 2}`
    : `M${x1} ${y1 + 3} C${x1} ${y1 + down * 0.55} ${x2} ${y2 - down * 0.55} ${x2} ${y2 - 5}`;
  const tip = x1 === x2 ? `M${x2 - 3} ${y2 - 1} l-6 -2.6 l2 5.2 z` : `M${x2} ${y2 - 3} l-3 -5.5 h6 z`;
  return svg("g", {}, svg("path", { class: kind, d: curve }), svg("path", { class: `tip in-cause ${kind.replace("cause", "")}`, d: tip }));
}

function callArrow(x1, x2, y, line, look) {
  const way = Math.sign(x2 - x1);
  const kind = `${line.kind}${look}`;
  return svg("g", {},
    svg("line", { class: `call ${kind}`, x1: x1 + 4 * way, x2: x2 - (TIP + 1) * way, y1: y, y2: y }),
    svg("path", { class: `tip ${kind}`, d: `M${x2} ${y} l${-TIP * 1.5 * way} ${-TIP * 0.8} v${TIP * 1.6} z` }));
}

function dot(x, y, line, look) {
  const half = line.lane === "to-nomis" || line.lane === "from-nomis";
  const kind = `dot${line.kind === "user" ? " user" : half ? " half-dot" : ""}${look}`;
  if (line.kind === "event") return svg("rect", { class: kind, x: x - 4, y: y - 4, width: 8, height: 8, transform: `rotate(45 ${x} ${y})` });
  return svg("circle", { class: kind, cx: x, cy: y, r: line.kind === "user" ? 5 : 3.8 });
}

function graphKey() {
  const sample = (kind) => svg("svg", { viewBox: "0 0 30 9", class: "tl-graph-key", "aria-hidden": "true" }, svg("line", { class: kind, x1: 1, x2: 29, y1: 4.5, y2: 4.5 }));
  return h("div", { class: "tl-key tl-graph-like" },
    h("span", {}, sample("cause certain"), "cause, certain"),
    h("span", {}, sample("cause inferred"), "cause, inferred"),
    h("span", {}, sample("call user"), "a user's change"),
    h("span", {}, sample("call write"), "a write of the sync"),
    h("span", {}, sample("call read"), "a read"),
    h("span", {}, sample("call cycle"), "the loop's cycle"));
}
