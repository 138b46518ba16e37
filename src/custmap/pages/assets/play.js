
"use strict";
{
  const start = JSON.parse(document.getElementById("start").textContent);
  const status = document.getElementById("status");
  const editors = new Map();
  const options = ["absent", "nulls"].map((name) => document.getElementById(name));
  let waiting = false, again = false, found = [], at = -1;

  const texts = () => {
    const told = {};
    for (const [name, editor] of editors) told[name] = editor.value;
    for (const one of options) told[one.id] = one.value;
    return told;
  };

  const call = async (path, given) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Custmap-Key": start.key },
      body: JSON.stringify(given),
    });
    return answer.json();
  };

  // One look at a time: what is typed meanwhile is looked at next, and what is older is not shown.
  const look = async () => {
    if (waiting) {
      again = true;
      return;
    }
    waiting = true;
    do {
      again = false;
      try {
        const view = await call("/look", texts());
        if (view.problem) say(view.problem, "error");
        else if (!again) show(view);
      } catch {
        say("custmap play has ended: start it again to go on", "error");
      }
    } while (again);
    waiting = false;
  };

  const say = (text, level) => {
    if (status.textContent !== text) status.textContent = text;
    status.className = level;
  };

  const show = (view) => {
    found = view.remarks;
    for (const [name, editor] of editors) editor.show(found.filter((one) => one.editor === name));
    const errors = found.some((one) => one.level === "error");
    say(view.status, errors ? "error" : found.length ? "warning" : "fine");
    list();
    for (const name of ["call", "plan", "rejected", "request", "states", "fields"]) {
      const part = document.getElementById(`part-${name}`);
      const made = view.parts[name];
      part.classList.toggle("stale", made === null || made === undefined);
      if (typeof made === "string" && part.dataset.made !== made) {
        part.innerHTML = made; // the server's own tree, with every text escaped
        part.dataset.made = made;
      }
    }
  };

  // Errors stand open; the others are folded, since they stop nothing: plan and request stay in sight.
  const list = () => {
    const open = found.filter((one) => one.level === "error");
    const folded = ["rejected", "warning", "info"].flatMap((level) => found.filter((one) => one.level === level));
    document.getElementById("errors").replaceChildren(...open.map(item));
    document.getElementById("others").replaceChildren(...folded.map(item));
    document.getElementById("others-count").textContent = counts(folded);
    document.getElementById("folded").hidden = folded.length === 0;
    document.getElementById("part-findings").parentElement.hidden = found.length === 0;
  };

  const counts = (remarks) => {
    const names = { rejected: ["rejected", "rejected"], warning: ["warning", "warnings"], info: ["note", "notes"] };
    return Object.entries(names)
      .map(([level, [one, more]]) => {
        const count = remarks.reduce((sum, remark) => sum + (remark.level === level ? remark.counts : 0), 0);
        return count ? `${count.toLocaleString("en")} ${count === 1 ? one : more}` : "";
      })
      .filter(Boolean)
      .join(", ");
  };

  const item = (one) => {
    const made = document.createElement("li");
    made.className = one.level;
    const jump = document.createElement("button");
    jump.type = "button";
    jump.className = "jump";
    jump.textContent = `${one.editor} ${one.line}`;
    jump.addEventListener("click", () => editors.get(one.editor).go(one.line, one.column));
    const code = document.createElement("b");
    code.textContent = one.code;
    made.append(jump, code, one.code ? " " : "", ...Editor.words(one.message));
    if (one.help) made.append(Editor.help(one.help));
    if (one.instead) made.append(editors.get(one.editor).fix(one, 0));
    return made;
  };

  const next = (step) => {
    if (!found.length) return;
    at = (at + step + found.length) % found.length;
    editors.get(found[at].editor).go(found[at].line, found[at].column);
  };

  const dialog = document.getElementById("dialog");
  const saved = document.getElementById("saved");
  const confirm = document.getElementById("confirm");
  let asked = "";
  const open = () => {
    saved.textContent = "";
    asked = "";
    confirm.textContent = "Save";
    dialog.showModal();
    document.getElementById("case").focus();
  };
  const keep = async () => {
    const name = document.getElementById("case").value.trim();
    const summary = document.getElementById("summary").value;
    try {
      const told = await call("/save", { ...texts(), case: name, summary, replace: asked === name });
      asked = told.exists ? name : "";
      confirm.textContent = told.exists ? "Replace" : "Save";
      saved.textContent = told.problem ?? (told.exists
        ? `${told.path} exists. Replace it?`
        : `Saved: ${told.path}`);
      saved.className = told.problem ? "error" : told.exists ? "warning" : "fine";
    } catch {
      saved.textContent = "custmap play has ended: start it again to go on";
    }
  };

  for (const box of document.querySelectorAll(".editor")) {
    const editor = new Editor(box, look);
    editor.value = start.texts[editor.name];
    editors.set(editor.name, editor);
  }
  for (const one of options) {
    one.value = start.texts[one.id];
    one.addEventListener("change", look);
  }
  document.getElementById("case").value = start.case;
  document.getElementById("summary").value = start.summary;
  document.getElementById("save").addEventListener("click", open);
  document.getElementById("close").addEventListener("click", () => dialog.close());
  document.getElementById("save-form").addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
  document.getElementById("results").addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]")?.dataset.line;
    if (line) editors.get("mapping").go(Number(line));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "F8") {
      event.preventDefault();
      next(event.shiftKey ? -1 : 1);
    }
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!dialog.open) open();
    }
  });
  new ResizeObserver(() => editors.forEach((editor) => editor.place())).observe(document.body);
  list();
  look();
}
