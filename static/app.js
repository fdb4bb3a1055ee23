/* Small comforts on pages that work without them. Everything listens on the document, because
   htmx replaces the body and would take listeners on single elements with it. */
"use strict";

(() => {
  document.documentElement.classList.add("js");
  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  // --- Search: "/" goes to the field, unless something is being typed. ---
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (closest(event, "input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // --- Menus made of <details>: a click elsewhere or Escape closes them. ---
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu-drop[open]")) {
      if (menu === except) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside && !except) menu.querySelector("summary").focus();
    }
  }
  document.addEventListener("click", (event) => closeMenus(closest(event, "details.menu-drop")));

  // --- Dates: the picker writes dd/mm/yyyy into the text field beside it. ---
  const pad = (value) => String(value).padStart(2, "0");

  function readDate(text) {
    const match = /^\s*(\d{1,2})[\/\-. ]?(\d{1,2})[\/\-. ]?(\d{4})\s*$/.exec(text);
    return match ? `${match[3]}-${pad(match[2])}-${pad(match[1])}` : "";
  }

  function lendCalendar(box) {
    const picker = document.createElement("input");
    picker.type = "date";
    picker.className = "date-native";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    box.append(picker);
    return picker;
  }

  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-date-open]");
    if (!button) return;
    const box = button.closest(".date-field");
    const picker = box.querySelector(".date-native") || lendCalendar(box);
    picker.value = readDate(box.querySelector("input[type=text]").value);
    if (picker.showPicker) picker.showPicker();
  });

  document.addEventListener("change", (event) => {
    const box = closest(event, ".date-field");
    if (!box) return;
    const text = box.querySelector("input[type=text]");
    const value = event.target === text ? readDate(text.value) : event.target.value;
    const [year, month, day] = value.split("-");
    if (!day) return;
    text.value = `${day}/${month}/${year}`;
    if (event.target === text) return;
    for (const name of ["input", "change"]) text.dispatchEvent(new Event(name, { bubbles: true }));
    text.focus();
  });

  // --- Unsaved text: <form data-warn-unsaved="…"> asks before the page is left. ---
  const isDirty = (form) => form.dataset.dirty === "yes" && form.isConnected;
  const dirtyForm = () => [...document.querySelectorAll("form[data-warn-unsaved]")].find(isDirty);

  document.addEventListener("input", (event) => {
    const form = closest(event, "form[data-warn-unsaved]");
    if (form) form.dataset.dirty = "yes";
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirtyForm()) event.preventDefault();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt.matches("a[href]") ? dirtyForm() : null;
    if (!form) return;
    if (window.confirm(form.dataset.warnUnsaved || "Nội dung vừa nhập chưa được lưu. Rời trang?")) {
      form.dataset.dirty = "no";
    } else {
      event.preventDefault();
    }
  });

  // --- Submitting: ask where it cannot be undone, then send once. ---
  function ask(text, label, whenSure) {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    dialog.setAttribute("aria-label", "Xác nhận");
    const words = document.createElement("p");
    words.textContent = text;
    const row = document.createElement("div");
    row.className = "d-flex flex-wrap gap-2 justify-content-end";
    const make = (caption, style, action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `btn ${style}`;
      button.textContent = caption;
      button.addEventListener("click", () => {
        dialog.close();
        action();
      });
      row.append(button);
    };
    make("Không, quay lại", "btn-secondary", () => {});
    make(label || "Đồng ý", "btn-outline-danger", whenSure);
    dialog.append(words, row);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  function release(form) {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[data-held]")) {
      button.disabled = false;
      button.removeAttribute("data-held");
    }
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const button = event.submitter;
      const text = (button && button.dataset.confirm) || form.dataset.confirm;
      if (text && form.dataset.sure !== "yes") {
        event.preventDefault();
        event.stopImmediatePropagation();
        ask(text, button && button.textContent.trim(), () => {
          form.dataset.sure = "yes";
          form.requestSubmit(button);
        });
        return;
      }
      delete form.dataset.sure;
      if (form.method !== "post" || form.hasAttribute("data-repeatable")) return;
      if (form.dataset.sending) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      form.dataset.sending = "yes";
      form.dataset.dirty = "no";
      // Only after the browser has read the form: a disabled button is not sent.
      setTimeout(() => {
        for (const each of form.querySelectorAll("button[type=submit], button:not([type])")) {
          if (each.disabled) continue;
          each.disabled = true;
          each.setAttribute("data-held", "");
        }
      });
    },
    true,
  );
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });

  // --- htmx: a boosted link may lead to a file, to another frame, or to the sign-in page. ---
  function complain(text) {
    const note = document.createElement("div");
    note.className = "alert alert-danger";
    note.textContent = text;
    document.getElementById("messages")?.replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, boosted, requestConfig } = event.detail;
    const isGet = requestConfig.verb === "get";
    if (!isGet && xhr.status >= 500) {
      event.detail.shouldSwap = false; // what was typed stays where it is
      complain("Máy chủ đang bận, nội dung chưa được ghi. Hãy bấm lại sau giây lát.");
      return;
    }
    const isPage = (xhr.getResponseHeader("Content-Type") || "").includes("text/html");
    const isWhole = isPage && /<html[\s>]/i.test(xhr.response.slice(0, 500));
    const fits = boosted ? xhr.response.includes('name="frame" content="boost"') : !isWhole;
    const isRedirected = xhr.responseURL !== new URL(requestConfig.path, location.href).href;
    if ((isPage && fits) || !(isGet || isRedirected)) return;
    event.detail.shouldSwap = false;
    if (boosted) location.assign(xhr.responseURL);
    else location.reload();
  });
  document.addEventListener("htmx:sendError", () =>
    complain("Không kết nối được máy chủ, nội dung chưa được gửi. Hãy thử lại."),
  );
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target !== document.body) return;
    foldSections();
    unfoldTarget();
    settle();
  });

  // --- A long document: on a phone its sections fold, elsewhere the outline says where one is. ---
  const narrow = window.matchMedia("(max-width: 767.98px)");

  function setFold(section, isOpen) {
    section.dataset.fold = isOpen ? "open" : "closed";
    section.querySelector(".fold-button").setAttribute("aria-expanded", String(isOpen));
  }

  function foldSections() {
    for (const section of document.querySelectorAll("[data-fold]")) {
      const heading = section.querySelector("h2");
      const button = heading.querySelector(".fold-button");
      if (narrow.matches && !button) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "fold-button";
        made.append(...heading.childNodes);
        heading.append(made);
        setFold(section, false);
      } else if (!narrow.matches && button) {
        heading.replaceChildren(...button.childNodes);
        section.dataset.fold = "";
      }
    }
  }

  function unfoldTarget() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const section = target && target.closest("[data-fold='closed']");
    if (!section) return;
    setFold(section, true);
    target.scrollIntoView();
  }

  document.addEventListener("click", (event) => {
    const button = closest(event, ".fold-button");
    if (button) setFold(button.closest("[data-fold]"), button.ariaExpanded !== "true");
    // The address may be the same as before, which is no change of the hash.
    else if (closest(event, "a[href^='#']")) setTimeout(unfoldTarget);
  });
  window.addEventListener("hashchange", unfoldTarget);
  narrow.addEventListener("change", foldSections);

  function markPlace() {
    const links = [...document.querySelectorAll("[data-outline] > ol > li > a")];
    let here = null;
    for (const link of links) {
      const place = document.getElementById(link.hash.slice(1));
      if (place && place.closest(".doc") && place.getBoundingClientRect().top < 160) here = link;
    }
    for (const link of links) {
      if (link === here) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }
  let isMarking = false;
  document.addEventListener(
    "scroll",
    () => {
      if (isMarking) return;
      isMarking = true;
      requestAnimationFrame(() => {
        isMarking = false;
        markPlace();
      });
    },
    { passive: true },
  );

  // --- After a page has come: say where one is, show what is wrong. ---
  function settle() {
    const place = document.querySelector(".error-summary") || document.querySelector("main h1");
    if (!place) return;
    place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: !place.classList.contains("error-summary") });
  }
  document.addEventListener("DOMContentLoaded", () => {
    foldSections();
    unfoldTarget();
    if (document.querySelector(".error-summary")) settle();
  });
})();
