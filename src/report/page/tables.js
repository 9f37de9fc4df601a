"use strict";
// Tables sort by the column whose header is pressed and show the rows that contain the filter's text.
for (const table of document.querySelectorAll("table[data-rows]")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const text = row.cells[column].dataset.value ?? row.cells[column].textContent;
    return text === "" ? null : isNaN(text) ? text : Number(text);
  };
  const compare = (a, b) =>
    a === null ? 1 : b === null ? -1 : typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  for (const [column, header] of [...table.tHead.rows[0].cells].entries()) {
    header.querySelector("button").addEventListener("click", () => {
      const falling = header.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const rows = [...body.rows].map((row, place) => [value(row, column), place, row]);
      rows.sort((a, b) => (a[0] === null || b[0] === null ? compare(a[0], b[0]) : (falling ? -1 : 1) * compare(a[0], b[0])) || a[1] - b[1]);
      body.append(...rows.map((entry) => entry[2]));
    });
  }
  const filter = document.getElementById(table.dataset.rows);
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", () => {
    const text = document.getElementById(button.dataset.of).textContent;
    navigator.clipboard?.writeText(text).then(() => { button.textContent = "Copied"; }, () => {});
  });
}
// What a pointer rests on, or a finger touches, says its values below the figure.
for (const figure of document.querySelectorAll("figure")) {
  const told = figure.querySelector("output");
  const tell = (event) => {
    const title = event.target.closest?.("circle, polygon, polyline, g")?.querySelector(":scope > title");
    if (title) told.textContent = title.textContent;
  };
  figure.addEventListener("pointerover", tell);
  figure.addEventListener("click", tell);
}
