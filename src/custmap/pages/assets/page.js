
"use strict";
// Two conveniences; a page says all it has to say without them.
for (const drawing of document.querySelectorAll(".lineage")) {
  const light = (item, on) => {
    drawing.classList.toggle("looking", on);
    for (const lit of drawing.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (!on) return;
    const row = item.dataset.row, source = item.dataset.source;
    const hit = (path) => (row === undefined ? path.dataset.source === source : path.dataset.row === row);
    item.classList.add("lit");
    for (const path of drawing.querySelectorAll("path")) {
      if (!hit(path)) continue;
      path.classList.add("lit");
      for (const other of drawing.querySelectorAll("li")) {
        if (other.dataset.row === path.dataset.row && other.dataset.row !== undefined) other.classList.add("lit");
        if (other.dataset.source === path.dataset.source && other.dataset.source !== undefined) other.classList.add("lit");
      }
    }
  };
  for (const item of drawing.querySelectorAll("li")) {
    item.addEventListener("pointerenter", () => light(item, true));
    item.addEventListener("pointerleave", () => light(item, false));
    item.addEventListener("focusin", () => light(item, true));
    item.addEventListener("focusout", () => light(item, false));
  }
}
const search = document.getElementById("search");
if (search) {
  const count = document.getElementById("search-count");
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (one) => words.every((word) => one.dataset.find.toLowerCase().includes(word));
    let found = 0;
    for (const row of document.querySelectorAll(".list tbody tr")) {
      row.hidden = !fits(row);
      found += row.hidden ? 0 : 1;
    }
    for (const row of document.querySelectorAll(".matrix tbody tr")) row.hidden = !fits(row);
    count.value = words.length ? `${found} found` : "";
  };
  search.addEventListener("input", narrow);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  narrow();
}
