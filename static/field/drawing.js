/* What the field page shows of a state: nothing here changes it. A cell is a question, or a question
   for one sampled dossier; what is queued covers what the server last said. */
"use strict";

(() => {
  const field = (window.field ??= {});
  const SEVERITY = { nonconform: 3, observation: 2, conform: 1, not_applicable: 0 };
  const MARKS = {
    "": "circle-dashed", conform: "circle-check", nonconform: "circle-x",
    observation: "circle-alert", not_applicable: "circle-minus",
  };
  const MEETING = new Set(["planned", "notified"]);

  const at = (name) => document.querySelector(`[data-${name}]`);
  const two = (number) => String(number).padStart(2, "0");
  field.two = two;

  function make(tag, values = {}, ...children) {
    const { class: className, data = {}, ...rest } = values;
    const made = Object.assign(document.createElement(tag), rest);
    if (className) made.className = className;
    Object.assign(made.dataset, data);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }
  field.make = make;

  const icon = (name) =>
    document.querySelector(`template[data-icon="${name}"]`).content.firstElementChild.cloneNode(true);
  field.icon = icon;

  const hidden = (text) => make("span", { class: "visually-hidden" }, text);

  function show(name, text) {
    const place = at(name);
    place.hidden = !text;
    place.textContent = text ?? "";
    return place;
  }

  // Days and hours of the office, wherever the device thinks it is.
  const ZONE = "Asia/Ho_Chi_Minh";
  const day = (iso) => (iso ? iso.slice(0, 10).split("-").reverse().join("/") : "");
  field.today = () => new Date().toLocaleDateString("en-CA", { timeZone: ZONE });
  field.day = day;
  field.hour = (when) =>
    new Date(when).toLocaleTimeString("vi-VN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });

  // --- Reading the state ---
  const isOf = (operation, item, dossier) =>
    operation.item === item.id && (operation.dossier ?? null) === dossier;

  function cellOf(state, item, dossier) {
    const stored = dossier === null ? item : item.cells.find((each) => each.dossier === dossier);
    const queued = state.queued.filter((each) => isOf(each, item, dossier));
    const answers = queued.filter((each) => each.op === "answer");
    const settled = new Set(answers.map((each) => each.body.settles));
    const last = answers.at(-1);
    return {
      item, dossier, place: `${item.id}:${dossier ?? ""}`,
      standing: stored?.answer ?? null,
      shown: last?.body ?? stored?.answer ?? null,
      last, queued,
      disputed: (stored?.disputed ?? []).filter((each) => !settled.has(each.id)),
    };
  }

  const cellsOf = (state, item) =>
    [null, ...item.cells.map((each) => each.dossier)].map((each) => cellOf(state, item, each));

  function resultOf(state, item) {
    const given = cellsOf(state, item).map((cell) => cell.shown?.result).filter(Boolean);
    return given.sort((one, other) => SEVERITY[other] - SEVERITY[one])[0] ?? "";
  }

  const errorsOf = (operation) => Object.values(operation.errors ?? {}).flat().join(" ");
  Object.assign(field, { cellOf, cellsOf, resultOf, errorsOf });

  // The heading of the question; what it says already is not said again.
  const placeOf = (item) => {
    const more = [item.version_label, item.unit].filter((part) => part && !item.group.includes(part));
    return [item.group, ...more].join(" · ");
  };
  field.placeOf = placeOf;

  // --- The list of questions ---
  function jumpEntry(state, item, index) {
    const result = resultOf(state, item);
    const queued = state.queued.some((each) => each.item === item.id);
    const isDisputed = cellsOf(state, item).some((cell) => cell.disputed.length);
    const isRefused = state.queued.some((each) => each.item === item.id && each.state === "refused");
    const label = result ? state.data.labels.results[result] : "Chưa trả lời";
    const notes = [
      isDisputed && "hai câu trả lời", isRefused && "chưa gửi được",
      queued && !isRefused && "chưa gửi", item.finding && `PH-${two(item.finding)}`,
    ].filter(Boolean);
    const button = make(
      "button",
      { type: "button", class: `field-jump-to is-${result || "open"}`, data: { goto: item.id } },
      icon(MARKS[result]), make("span", { class: "field-jump-no" }, String(index + 1)),
      make("span", { class: "field-jump-text" }, item.row_text || item.question,
        make("small", {}, [label, ...notes].join(" · "))),
    );
    if (item.id === state.id) button.setAttribute("aria-current", "true");
    return make("li", {}, button);
  }

  function drawJump(state) {
    for (const place of document.querySelectorAll("[data-jump]")) {
      const groups = [];
      state.data.items.forEach((item, index) => {
        const isHidden = state.onlyOpen && resultOf(state, item) && item.id !== state.id;
        if (isHidden) return;
        const name = placeOf(item);
        if (groups.at(-1)?.name !== name) groups.push({ name, entries: [] });
        groups.at(-1).entries.push(jumpEntry(state, item, index));
      });
      const filter = make("button", {
        type: "button", class: "btn btn-secondary btn-sm field-filter", data: { act: "filter" },
      }, icon("list-filter"), "Chỉ câu chưa trả lời");
      filter.setAttribute("aria-pressed", String(state.onlyOpen));
      const parts = groups.flatMap(({ name, entries }) => [
        make("h3", { class: "field-jump-group" }, name), make("ol", { class: "field-jump" }, ...entries),
      ]);
      const scrolled = place.scrollTop;
      const isFocused = place.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
      place.replaceChildren(filter, ...parts, ...(state.advice ? [make("p", { class: "quiet field-advice" }, state.advice)] : []));
      place.scrollTop = scrolled;
      if (isFocused?.act) place.querySelector(`[data-act="${isFocused.act}"]`)?.focus();
      if (isFocused?.goto) place.querySelector(`[data-goto="${isFocused.goto}"]`)?.focus();
    }
  }

  // --- One question ---
  function drawText(state, item) {
    at("where").textContent = placeOf(item);
    at("question").textContent = item.question;
    show("row", item.row_text);
    at("expects-box").hidden = !item.expects;
    at("expects").textContent = item.expects;
    const { last } = item;
    show("last", last && `Lần trước (${last.audit}, ${day(last.on)}): ${last.result_label}` +
      (last.note ? ` – ${last.note}` : ""));
    const sheets = at("open-sheets");
    sheets.hidden = !item.open_kph.length;
    sheets.replaceChildren(...item.open_kph.map((sheet) =>
      make("li", {}, icon("triangle-alert"), make("span", {},
        make("a", { href: sheet.url }, `KPH còn mở: ${sheet.number}`), ` (${sheet.status_label}) – ${sheet.gap}`))));
  }

  function drawDossiers(state, item, dossier) {
    const place = at("dossiers");
    place.hidden = !item.cells.length;
    const known = new Map(state.data.dossiers.map((each) => [each.id, each]));
    place.replaceChildren(...cellsOf(state, item).map((cell) => {
      const result = cell.shown?.result ?? "";
      const button = make("button", {
        type: "button", class: `field-dossier is-${result || "open"}`, data: { dossier: cell.dossier ?? "" },
      }, icon(MARKS[result]), cell.dossier === null ? "Chung" : known.get(cell.dossier)?.code ?? "?",
      hidden(result ? state.data.labels.results[result] : "Chưa trả lời"));
      button.setAttribute("aria-pressed", String(cell.dossier === dossier));
      return button;
    }));
    const chosen = known.get(dossier);
    show("dossier-facts", chosen && [
      `Tiếp nhận ${day(chosen.received_on)}`, chosen.due_on && `hẹn trả ${day(chosen.due_on)}`,
      chosen.returned_on && `trả ${day(chosen.returned_on)}${chosen.is_late ? " (trễ)" : ""}`,
      chosen.handlers?.length && `người giải quyết: ${chosen.handlers.join(", ")}`,
    ].filter(Boolean).join(" · "));
  }

  function drawAnswer(state, cell) {
    const { shown, last } = cell;
    const [note, verbal] = [at("note"), at("verbal")];
    const mayWrite = state.mayWrite && !cell.disputed.length;
    for (const place of [at("answers"), note.closest(".field"), verbal.closest(".field-check")]) {
      place.hidden = Boolean(cell.disputed.length);
    }
    for (const button of document.querySelectorAll("[data-answer]")) {
      button.setAttribute("aria-pressed", String(button.dataset.answer === (shown?.result ?? "")));
      button.disabled = !mayWrite;
    }
    const text = last
      ? last.state === "refused" ? "Máy chủ chưa nhận, xem lý do ở trên" : "Đã ghi trên máy này, chờ gửi"
      : cell.standing && `${cell.standing.by} ghi lúc ${field.hour(cell.standing.at)}, ${day(cell.standing.seen_on)}`;
    at("state").replaceChildren(...(text ? [icon(last ? "clock" : "circle-check"), text] : ["Chưa trả lời"]));
    if (shown?.result && mayWrite) {
      at("state").append(make("button", { type: "button", class: "btn btn-link btn-sm", data: { act: "unanswer" } }, "Bỏ trả lời"));
    }
    note.disabled = verbal.disabled = !mayWrite;
    for (const tool of document.querySelectorAll(".field-tools input, .field-tools [data-act=confirm]")) {
      tool.disabled = !state.mayWrite;
    }
  }

  function drawFinding(state, cell) {
    const { item } = cell;
    const isWanted = ["nonconform", "observation"].includes(cell.shown?.result);
    const waiting = state.queued.filter((each) => each.op === "finding" && each.item === item.id);
    at("find").hidden = !(isWanted || waiting.length || item.finding);
    const button = at("find").querySelector("[data-act=finding]");
    button.hidden = !isWanted || !state.mayWrite;
    const isNext = item.finding || waiting.length;
    button.classList.toggle("btn-primary", !isNext);
    button.classList.toggle("btn-secondary", Boolean(isNext));
    at("find-label").textContent = isNext ? "Ghi thêm phát hiện" : "Ghi phát hiện";
    at("found").replaceChildren(
      ...(item.finding ? [make("a", { href: item.finding_url }, `Đã ghi PH-${two(item.finding)}`)] : []),
      ...(waiting.length ? [make("span", { class: "field-waits" }, icon("clock"), `${two(waiting.length)} phát hiện chờ gửi`)] : []),
    );
  }

  function drawEvidence(state, item) {
    const place = at("evidence");
    const codes = new Map(state.data.dossiers.map((each) => [each.id, each.code]));
    const stored = item.evidence.map((each) => make("li", {}, icon(each.is_picture ? "camera" : "paperclip"),
      make("a", { href: each.url, target: "_blank" }, each.caption),
      make("small", {}, [day(each.on), codes.get(each.dossier)].filter(Boolean).join(" · "))));
    const uploads = state.queued.filter((each) => each.op === "upload" && each.item === item.id);
    const waiting = uploads.map((each) => {
      const isConfirmation = each.body.kind === "confirmation";
      const said = isConfirmation ? `Xác nhận của ${each.body.name}` : each.body.caption || each.file.name;
      const canvas = make("canvas", { class: "field-thumb", width: 56, height: 56 });
      canvas.setAttribute("aria-hidden", "true");
      if (each.file.blob.type.startsWith("image/")) field.thumbnail(each.file.blob, canvas);
      const row = make("li", {}, canvas, make("span", {}, said),
        make("small", {}, each.state === "refused" ? errorsOf(each) : "chờ gửi"));
      if (each.state === "refused" || each.tries === 0) {
        row.append(make("button", { type: "button", class: "btn btn-sm btn-secondary", data: { drop: each.seq } }, "Bỏ"));
      }
      return row;
    });
    const confirmed = item.confirmed ? [make("li", { class: "is-confirmed" }, icon("circle-check"), "Đơn vị đã xác nhận câu trả lời này.")] : [];
    place.hidden = !(stored.length + waiting.length + confirmed.length);
    place.replaceChildren(...confirmed, ...stored, ...waiting);
  }

  function drawDispute(state, cell) {
    const place = at("dispute");
    place.hidden = !cell.disputed.length;
    if (!cell.disputed.length) {
      place.replaceChildren();
      delete place.dataset.of;
      return;
    }
    const [other] = cell.disputed;
    const key = `${cell.place}:${other.id}:${cell.standing?.id}`;
    if (place.dataset.of === key) return; // what is being merged stays as it is
    place.dataset.of = key;
    const sides = [cell.standing, other].filter(Boolean);
    const card = (answer) => make("div", { class: `field-side is-${answer.result || "open"}` },
      make("strong", {}, icon(MARKS[answer.result]), answer.result_label),
      make("span", {}, `${answer.by}, ${field.hour(answer.at)} ${day(answer.seen_on)}`),
      make("p", {}, answer.note), answer.is_verbal ? make("small", {}, "Đã nhắc tại chỗ") : "",
      make("button", { type: "button", class: "btn btn-secondary", data: { settle: answer.id } }, "Giữ câu này"));
    const choice = make("select", { class: "form-select", id: "merge-result" },
      ...Object.entries(state.data.labels.results).map(([code, label]) =>
        make("option", { value: code, selected: code === other.result }, label)));
    const note = make("textarea", { class: "form-control", id: "merge-note", rows: 3, maxLength: 5000 });
    note.value = [...new Set(sides.map((answer) => answer.note).filter(Boolean))].join("\n");
    place.replaceChildren(
      make("h3", {}, icon("users"), "Hai người cùng trả lời câu này"),
      make("p", {}, "Cả hai đều được giữ. Hãy chọn một câu, hoặc gộp lại."),
      make("div", { class: "field-sides" }, ...sides.map(card)),
      make("details", {}, make("summary", {}, "Gộp lại"),
        make("label", { class: "form-label", htmlFor: "merge-result" }, "Kết quả sau khi gộp"), choice,
        make("label", { class: "form-label", htmlFor: "merge-note" }, "Ghi chép sau khi gộp"), note,
        make("button", { type: "button", class: "btn btn-secondary", data: { settle: "merge" } }, "Lưu câu gộp")),
    );
  }

  function drawWrong(state, cell) {
    const wrong = state.queued.filter(
      (each) => each.item === cell.item.id && each.state === "refused" && each.op !== "upload",
    );
    at("wrong").hidden = !wrong.length;
    at("wrong-text").replaceChildren(...wrong.map((each) => {
      const what = each.op === "finding" ? "Phát hiện chưa gửi được: " : "Câu trả lời chưa gửi được: ";
      const row = make("p", {}, what + errorsOf(each));
      if (each.op === "finding") {
        row.append(" ", make("button", { type: "button", class: "btn btn-sm btn-danger", data: { mend: each.seq } }, "Sửa phát hiện"));
      }
      return row;
    }));
  }

  // --- The bar that says what is sent ---
  const SAYS = {
    opening: () => "Đang mở phiếu…",
    sending: (n) => `Đang gửi… còn ${two(n)} mục`,
    signed_out: () => "Phiên làm việc đã hết, đăng nhập lại để gửi",
    other: (n, name) => `Máy này đang đăng nhập bằng tài khoản khác${n ? ` – ${two(n)} mục chờ ${name} đăng nhập lại` : ""}`,
    later: (n) => `Máy chủ đang bận – ${two(n)} mục chưa gửi`,
    full: () => "Máy không còn chỗ lưu. Hãy gửi hết hoặc xóa bớt ảnh trên máy",
  };

  function netText(state) {
    const n = state.queued.length;
    const { name, detail, sentAt, readAt } = state.net;
    if (name === "offline") {
      if (n) return `Mất kết nối – ${two(n)} mục chưa gửi`;
      return readAt ? `Mất kết nối – dùng bản tải lúc ${field.hour(readAt)}` : "Mất kết nối";
    }
    if (["locked", "refused"].includes(name) && n) {
      const why = Object.values(detail ?? {}).flat().join(" ") || "Bạn không còn quyền ghi vào phiếu này.";
      return `${two(n)} mục chưa gửi. ${why} Xuất tệp để giao lại cho trưởng đoàn.`;
    }
    if (SAYS[name] && (n || name !== "later")) return SAYS[name](n, state.name);
    const wrong = state.queued.filter((each) => each.state === "refused").length;
    if (wrong) return `${two(wrong)} mục chưa gửi được, cần xem lại`;
    if (n) return `${two(n)} mục chưa gửi`;
    if (sentAt) return `Đã gửi hết lúc ${field.hour(sentAt)}`;
    return state.isReady ? "Sẵn sàng dùng khi mất mạng" : "Đã kết nối";
  }

  const TONES = {
    offline: "waiting", sending: "quiet", signed_out: "alarm", other: "alarm", locked: "alarm",
    refused: "alarm", full: "alarm", later: "waiting", opening: "quiet",
  };

  field.drawNet = (state) => {
    const { name } = state.net;
    const n = state.queued.length;
    const bar = at("net");
    const wrong = state.queued.some((each) => each.state === "refused");
    bar.dataset.net = TONES[name] ?? (wrong ? "alarm" : n ? "waiting" : "quiet");
    const text = netText(state);
    if (at("net-text").textContent !== text) at("net-text").textContent = text;
    const mark = { offline: "wifi-off", sending: "refresh-cw" }[name] ?? (n || bar.dataset.net === "alarm" ? "clock" : "circle-check");
    at("net-icon").replaceChildren(icon(mark));
    at("net-login").hidden = name !== "signed_out";
    bar.querySelector("[data-act=send]").hidden = !n || ["sending", "signed_out", "other"].includes(name);
    const cells = state.data?.items.flatMap((item) => cellsOf(state, item)) ?? [];
    const disputed = cells.filter((cell) => cell.disputed.length);
    const isOpen = disputed.some((cell) => cell.item.id === state.id && cell.dossier === state.dossier);
    bar.querySelector("[data-act=dispute]").hidden = !disputed.length || (isOpen && disputed.length === 1);
    bar.querySelector("[data-act=export]").hidden = !(n && ["locked", "refused", "other"].includes(name));
  };

  function drawBlank(title, text) {
    at("blank").hidden = false;
    at("item").hidden = true;
    at("blank-title").textContent = title;
    at("blank-text").textContent = text;
  }

  /** Show `state`: the question that is open, the list, the count, the bar. */
  field.draw = (state) => {
    field.drawNet(state);
    if (!state.data) {
      if (state.net.name !== "opening") {
        drawBlank("Chưa có phiếu trên máy này", "Mở trang này một lần khi có mạng; từ đó dùng được cả khi mất mạng.");
      }
      return;
    }
    const { items } = state.data;
    if (!items.length) {
      drawBlank("Phiếu chưa có câu hỏi", "Lập câu hỏi ở phiếu đánh giá, rồi mở lại trang này.");
      return;
    }
    at("blank").hidden = true;
    at("item").hidden = false;
    const answered = items.filter((item) => resultOf(state, item)).length;
    at("count").textContent = `${answered}/${items.length}`;
    Object.assign(at("progress"), { max: items.length, value: answered });
    const index = items.findIndex((item) => item.id === state.id);
    at("place").textContent = `Câu ${index + 1}/${items.length}`;
    const item = items[index];
    const cell = cellOf(state, item, state.dossier);
    drawText(state, item);
    drawDossiers(state, item, state.dossier);
    drawDispute(state, cell);
    drawWrong(state, cell);
    drawAnswer(state, cell);
    drawFinding(state, cell);
    drawEvidence(state, item);
    drawJump(state);
  };

  field.beforeMeeting = (audit) => MEETING.has(audit.status);
})();
