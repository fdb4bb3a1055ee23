/* The drafting page without waiting for the server: rows, their order, sums beside the limit.
   Every button here is a submit button that does the same without this file. */
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const MINUTES = { day: 480, hour: 60, minute: 1 };
  const LIMIT_MINUTES = { working_day: 480, hour: 60 };
  // The editor's tools and questions, which come in English.
  const TOOLS = {
    paragraph: "Kiểu đoạn", heading3: "Đề mục", heading4: "Đề mục nhỏ",
    bulletList: "Danh sách", orderedList: "Danh sách đánh số", bold: "Đậm", italic: "Nghiêng",
    underline: "Gạch chân", subscript: "Chỉ số dưới", superscript: "Chỉ số trên",
    link: "Gắn liên kết", unlink: "Bỏ liên kết", table: "Chèn bảng",
    "table:addColumnAfter": "Thêm cột", "table:deleteColumn": "Bỏ cột", "table:addRowAfter": "Thêm dòng",
    "table:deleteRow": "Bỏ dòng", "table:deleteTable": "Bỏ bảng", "table:toggleHeaderCell": "Ô tiêu đề",
    "table:mergeCells": "Gộp ô", "table:splitCell": "Tách ô",
    undo: "Hoàn tác", redo: "Làm lại",
  };
  const QUESTIONS = {
    Cancel: "Thôi", Columns: "Số cột", Rows: "Số dòng", "Include header row": "Có dòng tiêu đề",
    "Insert Table": "Chèn bảng", "Table Properties": "Bảng", "Edit Link": "Liên kết", URL: "Địa chỉ",
    Title: "Tên hiện khi trỏ vào", Update: "Đồng ý", Insert: "Chèn",
  };
  window.gettext = (text) => QUESTIONS[text] ?? text;
  // The editor looks for this mark, and then writes no style into the page, where none is allowed.
  const marked = document.createElementNS("urn:mark", "style");
  marked.setAttribute("data-tiptap-style", "");
  document.head.append(marked);
  const GLYPHS = { "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4 };

  const listOf = (name) => form.querySelector(`[data-rows="${name}"]`);
  const rowsOf = (name) => [...listOf(name)?.querySelectorAll(":scope > [data-row]") ?? []];
  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => b.toString(16).padStart(2, "0")).join("");

  function touched() {
    form.dataset.dirty = "yes";
    for (const place of document.querySelectorAll("[data-saved]")) place.textContent = "Chưa lưu";
    sum();
  }
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);

  // --- Rows. Cases are columns of other rows: the server adds and removes them. ---
  function renumber(list) {
    list.querySelectorAll(":scope > [data-row]").forEach((row, index) => {
      row.querySelector("[data-row-number]").textContent = index + 1;
    });
  }

  function addRow(name) {
    const blank = form.querySelector(`template[data-blank="${name}"]`);
    const holder = document.createElement("template");
    holder.innerHTML = blank.innerHTML.replaceAll("__key__", newKey());
    const row = holder.content.firstElementChild;
    const list = listOf(name);
    list.append(row);
    renumber(list);
    touched();
    return row;
  }

  const firstField = (row) => row.querySelector("input:not([type=hidden]), textarea, select");

  function removeRow(row, list) {
    const gone = document.createElement("li");
    gone.className = "row-gone";
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-sm btn-secondary";
    back.textContent = "Lấy lại";
    back.addEventListener("click", () => {
      gone.replaceWith(row);
      renumber(list);
      touched();
      firstField(row)?.focus();
    });
    gone.append("Đã bỏ một dòng.", back);
    row.replaceWith(gone);
    renumber(list);
    touched();
    back.focus();
  }

  function moveRow(row, other, before, button) {
    if (!other) return;
    if (before) other.before(row);
    else other.after(row);
    renumber(row.parentElement);
    touched();
    button?.focus();
  }

  const neighbour = (row, side) => {
    let other = row[side];
    while (other && !other.matches("[data-row]")) other = other[side];
    return other;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.rowAdd && button.dataset.rowAdd !== "cases") {
      event.preventDefault();
      firstField(addRow(button.dataset.rowAdd))?.focus();
      return;
    }
    const row = button.closest("[data-row]");
    if (!row) return;
    if ("rowUp" in button.dataset || "rowDown" in button.dataset) {
      event.preventDefault();
      const up = "rowUp" in button.dataset;
      moveRow(row, neighbour(row, up ? "previousElementSibling" : "nextElementSibling"), up, button);
    } else if ("rowRemove" in button.dataset && row.parentElement.dataset.rows !== "cases") {
      event.preventDefault();
      removeRow(row, row.parentElement);
    }
  });

  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    const handle = event.target.closest?.(".row-handle");
    if (!handle) return;
    dragged = handle.closest("[data-row]");
    dragged.classList.add("row-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-row]");
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

  // --- A table copied from Word or Excel fills rows, from the field in which it is pasted. ---
  function copiedCells(data) {
    const page = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
    const table = page.querySelector("table");
    if (!table) return null;
    const lines = (cell) => {
      const parts = [...cell.querySelectorAll("p, li")];
      return (parts.length ? parts : [cell]).map((part) => part.textContent.replace(/\s+/g, " ").trim());
    };
    const text = (cell) => lines(cell).filter(Boolean).join("\n");
    const rows = [...table.rows].map((row) => [...row.cells].map(text));
    return rows.length > 1 || (rows[0]?.length ?? 0) > 1 ? rows : null;
  }

  const textFields = (row) =>
    [...row.querySelectorAll(":scope > .cells :is(input:not([type=checkbox]), textarea)")];

  form.addEventListener("paste", (event) => {
    const field = event.target;
    const row = field.closest?.("[data-row]");
    if (!row || row.parentElement.dataset.rows === "cases") return;
    const start = textFields(row).indexOf(field);
    const copied = event.clipboardData && start >= 0 ? copiedCells(event.clipboardData) : null;
    if (!copied) return;
    event.preventDefault();
    let place = row;
    copied.forEach((cells, index) => {
      if (index > 0) place = neighbour(place, "nextElementSibling") ?? addRow(row.parentElement.dataset.rows);
      const fields = textFields(place).slice(start);
      cells.forEach((text, column) => {
        if (fields[column]) fields[column].value = fields[column].matches("textarea") ? text : text.replaceAll("\n", " ");
      });
    });
    grow();
    touched();
  });

  // --- Sums of the steps beside the limit. ---
  // Numbers as the server reads them: 3 · 2,5 · ½ · 1½ · 1/2 · 1 1/2.
  function number(text) {
    const plain = text.trim().replace(/\s+/g, " ");
    const found = /^(\d+)?(,\d+|\.(?!\d{3}$)\d+)? ?(?:([½¼¾])|(?<![\d,.])(\d+)\/(\d+))?$/.exec(plain);
    if (!plain || !found) return null;
    const [, whole, decimals, glyph, top, bottom] = found;
    if ((decimals && (!whole || glyph || top)) || Number(bottom) === 0) return null;
    return Number((whole ?? "0") + (decimals ?? "").replace(",", ".")) + (GLYPHS[glyph] ?? 0) + (top ? top / bottom : 0);
  }

  function days(minutes) {
    const value = minutes / 480;
    const whole = Math.floor(value);
    const glyph = { 0.25: "¼", 0.5: "½", 0.75: "¾" }[value - whole];
    if (glyph) return `${whole || ""}${glyph}`;
    return String(Math.round(value * 100) / 100).replace(".", ",");
  }

  const valueOf = (row, name) => row.querySelector(`[name$="-${name}"]`)?.value.trim() ?? "";

  function knownLimits() {
    const pairs = form.dataset.knownLimits.trim().split(/\s+/).filter(Boolean);
    return new Map(pairs.map((pair) => pair.split("=")).map(([code, minutes]) => [code, Number(minutes)]));
  }

  // As checks.working_limit: the row that fits best, or the lower one that the catalogue knows.
  function limitOf(tthc, caseKey, limits, known) {
    const wanted = [[tthc, caseKey], [tthc, ""], ["", caseKey], ["", ""]];
    const stated = wanted
      .map(([code, key]) => limits.find((limit) => limit.tthc === code && limit.case === key))
      .find(Boolean);
    const found = [];
    if (stated?.minutes != null) found.push(stated.minutes);
    if (known.has(tthc) && !stated?.case) found.push(known.get(tthc));
    return found.length ? Math.min(...found) : null;
  }

  function lowestLimit(caseKey) {
    const limits = rowsOf("limits").map((row) => {
      const value = number(valueOf(row, "value"));
      const each = LIMIT_MINUTES[valueOf(row, "unit")];
      return { tthc: valueOf(row, "tthc"), case: valueOf(row, "case"), minutes: each && value !== null ? value * each : null };
    });
    const known = knownLimits();
    const codes = rowsOf("tthc").map((row) => valueOf(row, "code")).filter(Boolean);
    const found = (codes.length ? codes : [""])
      .map((code) => limitOf(code, caseKey, limits, known))
      .filter((minutes) => minutes !== null);
    return found.length ? Math.min(...found) : null;
  }

  function totals() {
    const found = new Map();
    for (const time of form.querySelectorAll('[data-rows="steps"] .time')) {
      const total = found.get(time.dataset.case) ?? { minutes: 0, label: "" };
      total.label = time.querySelector(".time-case")?.textContent ?? "";
      const each = MINUTES[time.querySelector("[data-time-unit]").value];
      const value = number(time.querySelector("[data-time-value]").value);
      time.classList.toggle("is-not-counted", !each);
      if (each && value !== null) total.minutes += value * each;
      found.set(time.dataset.case, total);
    }
    return found;
  }

  function sum() {
    const sums = [...totals()].map(([key, { minutes, label }]) => {
      const limit = lowestLimit(key);
      const over = limit !== null && minutes > limit;
      const text = `${label ? `${label}: ` : ""}${days(minutes)}` +
        (limit === null ? " ngày" : ` / ${days(limit)} ngày làm việc`) +
        (over ? ` – vượt ${days(minutes - limit)} ngày` : "");
      return { over, text };
    });
    for (const place of form.querySelectorAll("[data-sums]")) {
      // The bar has room for one sum; of several it shows those that are too long.
      const shown = place.dataset.sums === "short" && sums.length > 1 ? sums.filter(({ over }) => over) : sums;
      const said = shown.map(({ text }) => text).join("|");
      if (place.dataset.said === said) continue; // what did not change is not read out again
      place.dataset.said = said;
      place.replaceChildren(
        ...shown.map(({ over, text }) => {
          const part = document.createElement("span");
          part.className = over ? "sum is-over" : "sum";
          part.textContent = text;
          return part;
        })
      );
    }
  }

  // A number that is not counted is not sent; it comes back with the unit.
  form.addEventListener("submit", () => {
    for (const time of form.querySelectorAll(".time.is-not-counted [data-time-value]")) time.value = "";
  });

  // --- Fields that grow, names of the editors, the keys of saving, leaving on purpose. ---
  function grow() {
    for (const area of form.querySelectorAll("textarea[data-grows]")) {
      const lines = area.value.split("\n").length;
      const wanted = Math.max(Number(area.getAttribute("rows")), lines);
      if (area.scrollHeight > area.clientHeight + 2 || lines > area.rows) area.rows = Math.min(14, wanted + 1);
    }
  }
  form.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-grows]")) grow();
  });

  function nameEditors() {
    for (const text of form.querySelectorAll(".prose-editor > [role=textbox]:not([aria-labelledby])")) {
      const area = text.closest(".prose-editor").querySelector("textarea");
      text.setAttribute("aria-labelledby", `${area.id}_label`);
      document.getElementById(`${area.id}_label`)?.addEventListener("click", () => text.focus());
    }
    for (const button of form.querySelectorAll(".prose-menubar button:not([data-named])")) {
      button.dataset.named = "";
      const words = TOOLS[button.dataset.name ?? button.title];
      if (!words) continue;
      if (button.title) {
        button.title = words;
        button.setAttribute("aria-label", words);
      } else {
        button.firstElementChild.textContent = words;
      }
    }
  }
  new MutationObserver(nameEditors).observe(form, { childList: true, subtree: true });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.querySelector("[data-save]").click();
    }
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) form.dataset.dirty = "no";
  });

  nameEditors();
  grow();
  sum();
})();
