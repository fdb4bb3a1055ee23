/* The drafting page without waiting for the server: rows, their order, sums beside the limit.
   Every button here is a submit button that does the same without this file. */
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const MINUTES = { day: 480, hour: 60, minute: 1 };

  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => b.toString(16).padStart(2, "0")).join("");

  function touched() {
    const saved = document.querySelector("[data-saved]");
    if (saved) saved.textContent = "Chưa lưu";
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function renumber(list) {
    list.querySelectorAll(":scope > [data-row]").forEach((row, index) => {
      row.querySelector("[data-row-number]").textContent = index + 1;
    });
    sum();
  }

  function addRow(name) {
    const list = form.querySelector(`[data-rows="${name}"]`);
    const blank = form.querySelector(`template[data-blank="${name}"]`);
    const key = newKey();
    const holder = document.createElement("template");
    holder.innerHTML = blank.innerHTML.replaceAll("__key__", key);
    const row = holder.content.firstElementChild;
    list.append(row);
    renumber(list);
    touched();
    const first = row.querySelector("input:not([type=hidden]), textarea, select");
    if (first) first.focus();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.rowAdd && button.dataset.rowAdd !== "cases") {
      event.preventDefault();
      addRow(button.dataset.rowAdd);
      return;
    }
    const row = button.closest("[data-row]");
    if (!row) return;
    const list = row.parentElement;
    const isCase = list.dataset.rows === "cases";
    if ("rowUp" in button.dataset || "rowDown" in button.dataset) {
      event.preventDefault();
      const other = "rowUp" in button.dataset ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      if ("rowUp" in button.dataset) other.before(row);
      else other.after(row);
      renumber(list);
      touched();
      button.focus();
    } else if ("rowRemove" in button.dataset && !isCase) {
      event.preventDefault();
      removeRow(row, list);
    }
  });

  function removeRow(row, list) {
    const place = row.nextElementSibling;
    const undo = document.createElement("li");
    undo.className = "draft-row";
    const say = document.createElement("span");
    say.textContent = "Đã bỏ một dòng. ";
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-sm btn-secondary";
    back.textContent = "Lấy lại";
    back.addEventListener("click", () => {
      undo.replaceWith(row);
      renumber(list);
    });
    say.append(back);
    undo.append(document.createElement("span"), say);
    row.remove();
    if (place) place.before(undo);
    else list.append(undo);
    renumber(list);
    touched();
    back.focus();
  }

  // --- Dragging by the handle. ---
  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    const handle = event.target.closest(".row-handle");
    if (!handle) return;
    dragged = handle.closest("[data-row]");
    dragged.classList.add("row-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-row]");
    if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  form.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("row-dragged");
    renumber(dragged.parentElement);
    dragged = null;
    touched();
  });

  // --- Sums of the steps beside the limit. ---
  function number(text) {
    const halves = { "½": 0.5, "¼": 0.25, "¾": 0.75 };
    let value = text.trim().replace(/\s/g, "");
    let part = 0;
    if (value && halves[value.at(-1)] !== undefined) {
      part = halves[value.at(-1)];
      value = value.slice(0, -1) || "0";
    }
    const read = Number(value.replace(",", "."));
    return value === "" || Number.isNaN(read) ? null : read + part;
  }

  function days(minutes) {
    const value = minutes / 480;
    const whole = Math.floor(value);
    const glyph = { 0.25: "¼", 0.5: "½", 0.75: "¾" }[value - whole];
    if (glyph) return `${whole || ""}${glyph}`;
    return String(Math.round(value * 100) / 100).replace(".", ",");
  }

  function limitOf(caseKey) {
    let general = null;
    let own = null;
    for (const row of form.querySelectorAll('[data-rows="limits"] > [data-row]')) {
      const field = (name) => row.querySelector(`[name$="-${name}"]`);
      const each = { working_day: 480, hour: 60 }[field("unit").value];
      const value = number(field("value").value);
      if (!each || value === null) continue;
      const minutes = value * each;
      const of = field("case") ? field("case").value : "";
      if (of === caseKey) own = own === null ? minutes : Math.min(own, minutes);
      else if (of === "") general = general === null ? minutes : Math.min(general, minutes);
    }
    return own ?? general;
  }

  function sum() {
    const place = form.querySelector("[data-sums]");
    if (!place) return;
    const totals = new Map();
    for (const time of form.querySelectorAll('[data-rows="steps"] .time')) {
      const known = totals.get(time.dataset.case) ?? { minutes: 0, label: "" };
      known.label = time.querySelector(".time-case")?.textContent ?? "";
      const kind = time.querySelector("[data-time-kind]").value;
      const value = number(time.querySelector("[data-time-value]").value);
      if (value !== null && (kind === "working" || kind === "unknown")) {
        known.minutes += value * MINUTES[time.querySelector("[data-time-unit]").value];
      }
      totals.set(time.dataset.case, known);
    }
    place.replaceChildren(
      ...[...totals].map(([key, { minutes, label }]) => {
        const limit = limitOf(key);
        const text = document.createElement("span");
        const over = limit !== null && minutes > limit;
        text.classList.toggle("is-over", over);
        text.textContent =
          (label ? `${label}: ` : "") + days(minutes) +
          (limit === null ? " ngày" : ` / ${days(limit)} ngày làm việc`) +
          (over ? " – vượt thời hạn" : "");
        return text;
      })
    );
  }
  form.addEventListener("input", sum);
  form.addEventListener("change", sum);
  sum();

  // --- Keys, growing fields, leaving what was typed on purpose. ---
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.querySelector("[data-save]").click();
    }
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-grows]")) return;
    event.target.rows = Math.min(12, Math.max(2, event.target.value.split("\n").length));
    const saved = document.querySelector("[data-saved]");
    if (saved) saved.textContent = "Chưa lưu";
  });
})();
