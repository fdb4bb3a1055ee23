/* What was typed is not lost when the session had ended: it waits in this tab, and is offered again
   to the same person on the same page. Passwords, files and tokens are never kept. */
"use strict";

(() => {
  const SENT = "typed.sent"; // the last form that left, until its answer is here
  const KEPT = "typed.kept"; // one whose answer was that the session had ended
  const MOST = 1_000_000; // letters
  const DAY = 12 * 60 * 60 * 1000;

  const person = () => document.querySelector("script[data-person]")?.dataset.person ?? "";
  const here = () => location.pathname + location.search;

  function read(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function fieldsOf(form) {
    const secret = new Set(["csrfmiddlewaretoken"]);
    for (const field of form.elements) {
      if (["password", "file"].includes(field.type)) secret.add(field.name);
    }
    return [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && !secret.has(name),
    );
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || form.closest(".entrance") || form.matches("[data-sign-out]")) return;
      const typed = { page: here(), action: form.getAttribute("action") ?? "", person: person(), at: Date.now() };
      const text = JSON.stringify({ ...typed, fields: fieldsOf(form) });
      if (text.length > MOST) return;
      try {
        sessionStorage.setItem(SENT, text);
      } catch {
        // no room in the browser: as it was without this comfort
      }
    },
    true,
  );

  function note(text, place) {
    const line = document.createElement("div");
    line.className = "alert alert-info";
    const words = document.createElement("div");
    words.textContent = text;
    line.append(words);
    place?.append(line);
    return words;
  }

  const isChoice = (field) => ["checkbox", "radio"].includes(field.type);

  /** Fill the form in; return the texts that have no place in it, such as rows that were added. */
  function fill(form, fields) {
    const waiting = new Map();
    for (const [name, value] of fields) waiting.set(name, [...(waiting.get(name) ?? []), value]);
    for (const field of form.elements) {
      if (!field.name || ["password", "file", "hidden", "submit", "button"].includes(field.type)) continue;
      const values = waiting.get(field.name) ?? [];
      if (isChoice(field)) field.checked = values.includes(field.value);
      else if (field.type === "select-multiple") {
        for (const option of field.options) option.selected = values.includes(option.value);
      } else if (values.length) field.value = values.shift();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const places = new Set([...form.elements].map((field) => field.name));
    return fields.filter(([name, value]) => value.trim() && !places.has(name)).map(([, value]) => value);
  }

  function offer(kept) {
    const forms = [...document.querySelectorAll("main form[method=post]")];
    const form = forms.find((each) => (each.getAttribute("action") ?? "") === kept.action);
    const left = form ? fill(form, kept.fields) : kept.fields.map(([, value]) => value).filter((value) => value.trim());
    const messages = document.getElementById("messages");
    if (form) note("Nội dung bạn vừa nhập đã được điền lại. Hãy kiểm tra rồi gửi lại.", messages);
    if (!left.length) return;
    const words = note("Những đoạn sau chưa được ghi và không điền lại được vào trang, hãy chép ra:", messages);
    for (const text of left) {
      const quote = document.createElement("blockquote");
      quote.textContent = text;
      words.append(quote);
    }
  }

  function arrive() {
    const ended = document.querySelector("[data-session-ended]");
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (ended) {
      if (sent) sessionStorage.setItem(KEPT, sent);
      if (read(KEPT)) {
        const line = document.createElement("p");
        line.textContent = "Nội dung vừa nhập chưa được ghi; đăng nhập lại thì được điền lại.";
        ended.lastElementChild.append(line);
      }
      return;
    }
    const kept = read(KEPT);
    if (!kept || !person() || document.querySelector(".entrance")) return;
    const isTheirs = kept.person === person() && Date.now() - kept.at < DAY;
    if (isTheirs && kept.page !== here()) return;
    sessionStorage.removeItem(KEPT);
    if (isTheirs) offer(kept);
  }

  document.addEventListener("DOMContentLoaded", arrive);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === document.body) arrive();
  });
})();
