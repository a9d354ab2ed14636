// The copies of a note beside what each of them should be.

const FIELDS = [["text", "Text"], ["amendments", "Amendments"], ["type", "Type"], ["occurred", "Occurred"], ["created", "Created"], ["author", "Author"], ["prisoner", "Prisoner"]];
const STATES = {
  stands: ["stands", "stands, but is not as it should be"],
  gone: ["gone, as it should be", "gone, and should stand"],
  extra: ["", "one too many"],
  missing: ["", "never came"],
  "not-deleted": ["", "stands, and should be gone"],
  nobodys: ["", "nobody wrote this"],
};
const KINDS = {
  lost: "is missing", stale: "is an earlier state", corrupt: "is what no user wrote", differs: "is not the expected",
  altered: "changed without a user", repeated: "stands twice", returned: "was removed, and is back", misplaced: "belongs elsewhere",
};

function copies(note) {
  const heads = ["Field", { label: "Expected", content: "Expected" }, ...note.copies.map(copyHead)];
  const shown = FIELDS.filter(([name]) => name !== "amendments" || hasAmendments(note));
  const rows = shown.map(([name, title]) => [title, { content: expected(note, name) }, ...note.copies.map((copy) => cell(note, copy, name))]);
  const others = [...new Set(note.copies.flatMap((copy) => copy.differences.filter((one) => !one.row).map((one) => one.field)))];
  for (const field of others) rows.push(otherRow(note, field));
  return table("copies", `Copies of case note ${note.note}`, heads, rows);
}

function copyHead(copy) {
  const name = `${SIDE[copy.side]}${copy.id ? ` ${short(copy.id)}` : ""}`;
  const state = STATES[copy.state][copy.right ? 0 : 1] || copy.state;
  return {
    label: `${name} (${state})`,
    class: copy.right ? null : "wrong",
    content: [name, h("span", { class: copy.right ? "sub" : "flag" }, state), copy.made_by && h("span", { class: "sub" }, `made by ${SIDE[copy.made_by] || copy.made_by}`)],
  };
}

function hasAmendments(note) {
  return [note.expected, ...note.copies.map((copy) => copy.fields)].some((fields) => fields && fields.amendments.length);
}

function expected(note, name) {
  if (!note.expected) return "nothing";
  if (note.deleted && name === "text") return [h("span", { class: "sub" }, "deleted by a user; it read"), value(note.expected, name)];
  return value(note.expected, name);
}

function value(fields, name) {
  const found = fields[name];
  if (name === "text") return found.map((text, place) => [place > 0 && h("span", { class: "sub" }, "or"), h("span", { class: "value" }, cut(text))]);
  if (name === "amendments") return found.length ? h("ul", { class: "parts" }, found.map((part) => amendment(part))) : "none";
  return name === "occurred" || name === "created" ? moment(found) : found;
}

function amendment(part, flags = []) {
  return h("li", {}, h("span", { class: "by" }, `${part.author}, ${moment(part.at)}`), h("span", { class: "value" }, cut(part.text)), flags.map(flag));
}

function flag(difference) {
  return h("span", { class: "flag" }, difference.found === null ? `missing: ${cut(difference.wanted || "")}` : KINDS[difference.kind] || difference.kind);
}

function cell(note, copy, name) {
  if (!copy.fields) return { class: copy.right ? null : "wrong", content: name === "text" ? h("span", { class: copy.right ? "sub" : "flag" }, copy.id ? "gone" : "not there") : "" };
  const differences = copy.differences.filter((one) => one.row === name);
  const look = differences.length || (name === "text" && !copy.right && copy.state !== "stands") ? "wrong" : null;
  if (!differences.length) return { class: look, content: value(copy.fields, name) };
  if (name === "amendments") return { class: look, content: amendments(copy, differences) };
  if (name === "text") {
    const wanted = note.expected ? note.expected.text.at(-1) : "";
    return { class: look, content: [h("span", { class: "value" }, marked(wanted, copy.fields.text[0])), differences.map(flag)] };
  }
  return { class: look, content: [value(copy.fields, name), differences.map(flag)] };
}

function amendments(copy, differences) {
  const left = [...differences];
  const take = (part) => {
    const place = left.findIndex((one) => one.found !== null && [part.text, part.author, part.at].includes(one.found));
    return place < 0 ? [] : left.splice(place, 1);
  };
  const parts = copy.fields.amendments.map((part) => amendment(part, take(part)));
  return [h("ul", { class: "parts" }, parts), left.map(flag)];
}

function otherRow(note, field) {
  const of = (copy) => copy.differences.find((one) => one.field === field);
  const wanted = note.copies.map(of).find(Boolean).wanted;
  const title = field[0].toUpperCase() + field.slice(1);
  return [title, { content: wanted }, ...note.copies.map((copy) => {
    const one = of(copy);
    return one ? { class: "wrong", content: [one.found ?? "none", flag(one)] } : { content: "" };
  })];
}
