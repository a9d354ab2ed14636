// Words, times and differences.

const SIDE = { nomis: "NOMIS", dps: "DPS" };
const AROUND = 48;
const LONG = 320;

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 0.0005) return "0 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return `${(seconds / 60).toFixed(1)} min`;
}

function moment(text) {
  return text ? text.replace("T", " ") : "";
}

function short(id) {
  return id && id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id;
}

function shortened(text) {
  return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, short);
}

function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many || `${one}s`}`;
}

function cut(text) {
  if (text.length <= LONG) return text;
  return `${text.slice(0, LONG)}… (${text.length - LONG} more characters)`;
}

// The found text with what differs from the wanted one marked; far from it, cut.
function marked(wanted, found) {
  if (found === wanted) return [cut(found)];
  const limit = Math.min(wanted.length, found.length);
  let start = 0;
  while (start < limit && wanted[start] === found[start]) start += 1;
  let end = 0;
  while (end < limit - start && wanted[wanted.length - 1 - end] === found[found.length - 1 - end]) end += 1;
  const before = found.slice(0, start);
  const middle = found.slice(start, found.length - end);
  const after = end ? found.slice(found.length - end) : "";
  const shown = middle === "" ? "\u2038" : cut(middle);
  return [
    before.length > AROUND ? `…${before.slice(-AROUND)}` : before,
    h("mark", { title: middle === "" ? "something is missing here" : null }, shown),
    after.length > AROUND ? `${after.slice(0, AROUND)}…` : after,
  ];
}
