// Opening: by hand, by an address with an anchor, and all that failed for printing.

function openAnchor() {
  const row = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!row || !row.matches("details.row")) return;
  row.hidden = false;
  row.open = true;
  open(row);
  row.scrollIntoView();
}

if (form) {
  start();
  for (const row of rows) {
    row.addEventListener("toggle", () => { if (row.open) open(row); });
  }
  addEventListener("hashchange", openAnchor);
  openAnchor();
  const opened = new Set();
  addEventListener("beforeprint", () => {
    for (const row of rows) {
      if (row.open || row.hidden || !row.matches(".fail, .unknown")) continue;
      opened.add(row);
      row.open = true;
      open(row);
    }
  });
  addEventListener("afterprint", () => {
    for (const row of opened) row.open = false;
    opened.clear();
  });
}
