/* On every page: what the field page keeps in this browser is one person's. Copies of checklists
   are dropped when somebody signs out, or another signs in; what was not yet sent stays. */
"use strict";

(() => {
  const field = (window.field ??= {});
  const person = document.currentScript.dataset.person;
  const KEPT = "field-person";
  const LEFT = "field-left";

  field.COPIES = "field-copies";
  field.unsentKey = (user) => `field-unsent-${user}`;

  field.drop = async () => {
    indexedDB.deleteDatabase(field.COPIES);
    if (!window.caches) return;
    for (const name of await caches.keys()) {
      if (name.startsWith("field-pages-")) await caches.delete(name);
    }
  };

  const isOther = person && localStorage.getItem(KEPT) && localStorage.getItem(KEPT) !== person;
  field.settled = isOther || localStorage.getItem(LEFT) ? field.drop() : Promise.resolve();
  localStorage.removeItem(LEFT);
  if (person) localStorage.setItem(KEPT, person);

  // Before the listener of app.js, which asks the question.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-sign-out]")) return;
      delete form.dataset.confirm;
      const unsent = Number(localStorage.getItem(field.unsentKey(person)));
      if (unsent && form.dataset.sure !== "yes") {
        form.dataset.confirm =
          `Còn ${String(unsent).padStart(2, "0")} mục chưa gửi của phiếu đánh giá tại hiện trường. ` +
          "Chúng ở lại trên máy này và chỉ gửi được khi chính bạn đăng nhập lại.";
        return;
      }
      localStorage.setItem(LEFT, "yes"); // the next page finishes what this one has no time for
      field.drop();
    },
    true,
  );
})();
