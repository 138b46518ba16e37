
"use strict";
// Two conveniences; a page says all it has to say without them.
{
  const light = (item, on) => {
    const drawing = item.closest(".lineage");
    drawing.classList.toggle("looking", on);
    for (const lit of drawing.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (!on) return;
    const { row, source } = item.dataset;
    item.classList.add("lit");
    for (const path of drawing.querySelectorAll("path")) {
      if (row === undefined ? path.dataset.source !== source : path.dataset.row !== row) continue;
      path.classList.add("lit");
      for (const other of drawing.querySelectorAll("li")) {
        const isEnd = other.dataset.row === undefined
          ? other.dataset.source === path.dataset.source
          : other.dataset.row === path.dataset.row;
        if (isEnd) other.classList.add("lit");
      }
    }
  };
  const on = (type, is) => document.addEventListener(type, (event) => {
    const item = event.target.closest?.(".lineage li");
    if (item) light(item, is);
  });
  on("pointerover", true);
  on("pointerout", false);
  on("focusin", true);
  on("focusout", false);

  const search = document.getElementById("search");
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (one) => words.every((word) => one.dataset.find.toLowerCase().includes(word));
    let found = 0;
    for (const row of document.querySelectorAll(".list tbody tr")) {
      row.hidden = !fits(row);
      found += row.hidden ? 0 : 1;
    }
    for (const row of document.querySelectorAll(".matrix tbody tr")) row.hidden = !fits(row);
    document.getElementById("search-count").value = words.length ? `${found} found` : "";
  };
  if (search) {
    search.form.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", narrow);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest?.("input, textarea")) return;
      event.preventDefault();
      search.focus();
    });
    narrow();
  }
}
