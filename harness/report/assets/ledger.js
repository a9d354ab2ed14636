// The ledger: every message copy about a note, and what became of it.

function ledger(messages, view) {
  const rows = messages.map((message) => [
    { content: h("button", { type: "button", class: "link", onclick: () => goTo(message.seq, view) }, message.type || "a message without a type") },
    { content: [message.queue, message.origin && message.origin !== "fan-out" && h("span", { class: "sub" }, message.origin)] },
    { class: "number", content: duration(message.came) },
    { content: taken(message) },
    ended(message),
  ]);
  return table("ledger", "Messages about this case note", ["Message", "Queue", "Came", "Taken", "End"], rows);
}

function taken(message) {
  if (!message.taken.length) return "never";
  const waited = duration(message.taken[0] - message.came);
  const times = message.taken.length > 1 ? `${message.taken.length} times, first ` : "";
  const back = message.returned ? `, given back ${plural(message.returned, "time")}` : "";
  return `${times}after ${waited}${back}`;
}

function ended(message) {
  if (message.fate === null) return { class: "wrong", content: [h("span", { class: "flag" }, "still waits")] };
  const after = duration(message.ended - message.came);
  if (message.fate !== "deleted") return { class: "wrong", content: [h("span", { class: "flag" }, message.fate), h("span", { class: "sub" }, `after ${after}`)] };
  const effect = message.wrote ? plural(message.wrote, "write") : "nothing written";
  return { content: [`acknowledged, ${effect}`, h("span", { class: "sub" }, `after ${after}`)] };
}
