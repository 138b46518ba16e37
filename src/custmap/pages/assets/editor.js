
"use strict";
// A textarea that shows findings under their lines. The text that one sees is a mirror of it, whose lines can have
// something between them; the textarea lies over it and is what one writes in, with the system's own keyboard,
// undo and screen reader. It is moved so that its caret stands where the mirror has the line.
class Editor {
  constructor(box, changed) {
    this.name = box.dataset.editor;
    this.box = box;
    this.area = box.querySelector("textarea");
    this.mirror = box.querySelector(".mirror");
    this.list = document.getElementById(`${this.name}-findings`);
    this.lines = [];
    this.rows = [];
    this.remarks = [];
    this.area.addEventListener("input", () => {
      this.draw();
      this.place();
      changed();
    });
    this.area.addEventListener("keydown", (event) => this.indent(event));
    this.area.addEventListener("focus", () => this.place());
    document.addEventListener("selectionchange", () => {
      if (document.activeElement === this.area) this.place();
    });
    box.addEventListener("pointerdown", (event) => this.point(event));
    if (window.Highlight) {
      this.mark = new Highlight();
      CSS.highlights.set(`chosen-${this.name}`, this.mark);
      box.classList.add("highlights");
    }
  }

  get value() { return this.area.value; }
  set value(text) {
    this.area.value = text;
    this.draw();
  }

  // Only lines that changed are drawn again: a text may have ten thousand.
  draw() {
    const lines = this.area.value.split("\n");
    const old = this.lines;
    let start = 0;
    while (start < lines.length && start < old.length && lines[start] === old[start]) start++;
    let end = 0;
    while (end < Math.min(lines.length, old.length) - start && lines.at(-1 - end) === old.at(-1 - end)) end++;
    for (const row of this.rows.splice(start, old.length - start - end)) row.remove();
    const added = lines.slice(start, lines.length - end).map((line) => {
      const row = document.createElement("div");
      row.className = "row";
      const text = document.createElement("span");
      text.textContent = line;
      row.append(text);
      return row;
    });
    const next = this.rows[start];
    if (next) next.before(...added); else this.mirror.append(...added);
    this.rows.splice(start, 0, ...added);
    this.lines = lines;
    this.told = null; // what is drawn anew has lost its mark
    if (old.length !== lines.length) this.box.style.setProperty("--digits", `${String(lines.length).length}ch`);
  }

  show(remarks) {
    const told = JSON.stringify(remarks);
    if (told === this.told) return;
    this.told = told;
    for (const one of this.mirror.querySelectorAll(".remark")) one.remove();
    for (const row of this.mirror.querySelectorAll(".row.marked")) this.plain(row);
    this.remarks = remarks;
    for (const [index, one] of remarks.entries()) {
      const at = Math.min(Math.max(one.line, 1), this.rows.length) - 1;
      const row = this.rows[at];
      if (!row) continue;
      this.underline(row, at, one);
      let after = row;
      while (after.nextSibling?.classList?.contains("remark")) after = after.nextSibling;
      after.after(this.remark(one, index));
    }
    this.list.replaceChildren(...remarks.map((one) => {
      const item = document.createElement("li");
      item.textContent = `Line ${one.line}: ${one.message} ${one.help ?? ""}`;
      return item;
    }));
    this.area.setAttribute("aria-invalid", remarks.some((one) => one.level === "error") ? "true" : "false");
    this.box.classList.toggle("gapped", remarks.length > 0);
    this.place();
  }

  plain(row) {
    row.classList.remove("marked");
    row.replaceChildren(document.createElement("span"));
    row.firstChild.textContent = this.lines[this.rows.indexOf(row)] ?? "";
  }

  underline(row, at, one) {
    if (row.classList.contains("marked")) return;
    const signs = Array.from(this.lines[at]);
    const start = Math.min(one.column - 1, signs.length);
    const end = one.end_line === one.line ? Math.max(one.end_column - 1, start + 1) : signs.length;
    const marked = document.createElement("span");
    marked.className = `wave ${one.level}`;
    marked.textContent = signs.slice(start, end).join("");
    if (!marked.textContent.trim()) return;
    row.classList.add("marked");
    row.replaceChildren(signs.slice(0, start).join(""), marked, signs.slice(end).join(""));
  }

  remark(one) {
    const block = document.createElement("div");
    block.className = `remark ${one.level}`;
    const code = document.createElement("b");
    code.textContent = one.code;
    block.append(code, one.code ? " " : "", ...Editor.words(one.message));
    if (one.help) block.append(Editor.help(one.help));
    if (one.instead) block.append(this.fix(one, -1));
    return block;
  }

  // What stands in backticks is code.
  static words(text) {
    return text.split("`").map((part, index) => {
      if (index % 2 === 0) return part;
      const code = document.createElement("code");
      code.textContent = part;
      return code;
    });
  }

  static help(text) {
    const help = document.createElement("span");
    help.className = "help";
    help.append(...Editor.words(text));
    return help;
  }

  fix(one, tab) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fix";
    button.tabIndex = tab;
    button.textContent = `Use ${one.instead}`;
    button.addEventListener("click", () => this.replace(one));
    return button;
  }

  replace(one) {
    const start = this.offset(one.line, one.column);
    const end = this.offset(one.end_line, one.end_column);
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    document.execCommand("insertText", false, one.instead); // keeps undo
  }

  // Columns count characters, and a textarea counts UTF-16 units.
  offset(line, column) {
    const before = this.lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    return before + Array.from(this.lines[line - 1] ?? "").slice(0, column - 1).join("").length;
  }

  go(line, column = 1) {
    const at = this.offset(Math.min(line, this.lines.length), column);
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(at, at);
    this.place();
    this.box.scrollIntoView({ block: "nearest" });
  }

  position(at) {
    const before = this.area.value.slice(0, at);
    const line = before.split("\n").length - 1;
    return [line, at - (before.lastIndexOf("\n") + 1)];
  }

  place() {
    const { selectionStart: start, selectionEnd: end, selectionDirection: way } = this.area;
    const [line] = this.position(way === "backward" ? start : end);
    const row = this.rows[line];
    if (!row) return;
    const height = this.rows[0].getBoundingClientRect().height;
    const gap = row.offsetTop - this.rows[0].offsetTop - line * height;
    this.area.style.transform = gap > 0.5 ? `translateY(${gap}px)` : "";
    this.paint(start, end);
    if (document.activeElement !== this.area) return;
    const top = row.offsetTop, bottom = top + height * 2;
    if (top < this.box.scrollTop) this.box.scrollTop = top - height;
    if (bottom > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = bottom - this.box.clientHeight;
  }

  paint(start, end) {
    if (!this.mark) return;
    this.mark.clear();
    if (start === end || document.activeElement !== this.area) return;
    const [first, from] = this.position(start);
    const [last, to] = this.position(end);
    for (let line = first; line <= last; line++) {
      const range = document.createRange();
      const row = this.rows[line];
      const ends = [line === first ? from : 0, line === last ? to : this.lines[line].length];
      const [a, b] = ends.map((at) => this.inside(row, at));
      range.setStart(...a);
      range.setEnd(...b);
      this.mark.add(range);
    }
  }

  // The text node of a row, and the place in it, for a number of units from its start.
  inside(row, at) {
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode(), last = [row, 0];
    for (; node; node = walker.nextNode()) {
      if (at <= node.length) return [node, at];
      at -= node.length;
      last = [node, node.length];
    }
    return last;
  }

  // Where there are gaps, the mirror is what is pointed at.
  point(event) {
    if (!this.box.classList.contains("gapped") || event.button !== 0 || event.target.closest("button, .remark")) return;
    const at = this.at(event.clientX, event.clientY);
    if (at === null) return;
    event.preventDefault();
    this.area.focus({ preventScroll: true });
    const anchor = event.shiftKey ? this.area.selectionStart : at;
    if (event.detail > 1) {
      this.word(at, event.detail > 2);
    } else {
      this.choose(anchor, at);
    }
    const move = (next) => {
      const to = this.at(next.clientX, next.clientY);
      if (to !== null && next.buttons) this.choose(anchor, to);
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
  }

  choose(anchor, at) {
    this.area.setSelectionRange(Math.min(anchor, at), Math.max(anchor, at), at < anchor ? "backward" : "forward");
    this.place();
  }

  word(at, whole) {
    const [line, column] = this.position(at);
    const text = this.lines[line], start = at - column;
    const left = whole ? 0 : text.slice(0, column).search(/[\w$-]*$/);
    const right = whole ? text.length : column + text.slice(column).match(/^[\w$-]*/)[0].length;
    this.choose(start + left, start + right);
  }

  at(x, y) {
    const row = this.rows.find((one) => y < one.getBoundingClientRect().bottom) ?? this.rows.at(-1);
    if (!row) return null;
    const line = this.rows.indexOf(row);
    const start = this.lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
    const box = row.getBoundingClientRect();
    const middle = box.top + this.rows[0].getBoundingClientRect().height / 2;
    let node, offset;
    if (document.caretPositionFromPoint) {
      ({ offsetNode: node, offset } = document.caretPositionFromPoint(x, middle) ?? {});
    } else if (document.caretRangeFromPoint) {
      ({ startContainer: node, startOffset: offset } = document.caretRangeFromPoint(x, middle) ?? {});
    }
    if (!node || !row.contains(node)) return start + (x < box.left + 1 ? 0 : this.lines[line].length);
    const range = document.createRange();
    range.setStart(row, 0);
    range.setEnd(node, offset);
    return start + range.toString().length;
  }

  indent(event) {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const [line, column] = this.position(this.area.selectionStart);
    const spaces = this.lines[line].slice(0, column).match(/^ */)[0];
    if (!spaces) return;
    event.preventDefault();
    document.execCommand("insertText", false, `\n${spaces}`);
  }
}
