"use strict";
document.documentElement.classList.add("js");

const all = (selector, place = document) => [...place.querySelectorAll(selector)];

const byOrder = (column) => (a, b) => {
  const [left, right] = [a, b].map((row) => row.cells[column].dataset.order);
  if (!left || !right) return left ? -1 : right ? 1 : 0;
  const difference = Number(left) - Number(right);
  return Number.isNaN(difference) ? left.localeCompare(right, "en", { numeric: true }) : difference;
};

const sortBy = (table, head) => {
  const falls = head.getAttribute("aria-sort") === "ascending";
  for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falls ? "descending" : "ascending");
  const body = table.tBodies[0];
  const compare = byOrder(head.cellIndex);
  const isEmpty = (row) => !row.cells[head.cellIndex].dataset.order;
  const rows = [...body.rows].sort(compare);
  const full = rows.filter((row) => !isEmpty(row));
  body.append(...(falls ? full.reverse() : full), ...rows.filter(isEmpty));
};

for (const table of all("table.ledger"))
  for (const head of all("thead th", table))
    head.querySelector("button").addEventListener("click", () => sortBy(table, head));

const light = (run) => {
  for (const overlay of all(".overlay")) {
    const paths = all(`path[data-run="${run}"]`, overlay);
    overlay.classList.toggle("lit", paths.length > 0);
    for (const path of all("path", overlay)) path.classList.toggle("lit", paths.includes(path));
  }
};

for (const place of all("tr[data-run], label[data-run]")) {
  place.addEventListener("pointerenter", () => light(place.dataset.run));
  place.addEventListener("pointerleave", () => light(""));
}

for (const box of all(".legend input"))
  box.addEventListener("change", () => {
    const label = box.closest("label");
    for (const path of all(`path[data-run="${label.dataset.run}"]`, label.closest(".overlay")))
      path.classList.toggle("off", !box.checked);
  });
