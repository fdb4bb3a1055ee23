/* The sheets over a question: a finding, a piece of evidence, the confirmation of the unit. */
"use strict";

(() => {
  const field = (window.field ??= {});
  const THUMB = 56; // pixels, as the canvas is
  const INK = "#16202c"; // a signature is ink on paper, in a dark room too
  const PAPER = "#ffffff";

  const dialog = (name) => document.querySelector(`[data-dialog="${name}"]`);
  const form = (name) => document.querySelector(`[data-sheet="${name}"]`);

  /** Draw a picture small, without an address of its own: none but the server's are allowed. */
  field.thumbnail = async (blob, canvas, size = THUMB) => {
    try {
      const picture = await createImageBitmap(blob, { resizeWidth: size * 2, resizeQuality: "medium" });
      const side = Math.min(picture.width, picture.height);
      const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
      canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
    } catch {
      canvas.hidden = true; // a picture that this browser cannot read, as a HEIC on some
    }
  };

  function complain(name, text) {
    const place = form(name).querySelector("[data-sheet-wrong]");
    place.hidden = !text;
    place.querySelector("[data-sheet-wrong-text]").textContent = text;
  }

  function openSheet(name) {
    complain(name, "");
    dialog(name).showModal();
  }

  function readDay(text) {
    const found = /^\s*(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})\s*$/.exec(text);
    if (!found) return null;
    const [, day, month, year] = found;
    const iso = `${year}-${field.two(month)}-${field.two(day)}`;
    const made = new Date(`${iso}T00:00:00Z`);
    return !Number.isNaN(made.getTime()) && made.toISOString().startsWith(iso) ? iso : null;
  }

  /** `act` gives: state, cell, queue(operation), replace(operation, other), draft(place, values). */
  field.makeSheets = (act) => {
    let finding = null; // what the open sheet is about
    let picked = null;
    let photo = null;
    let confirmed = null;
    let strokes = 0;

    // --- Finding ---
    function prefilled(cell, code) {
      const { item } = cell;
      const note = cell.shown?.note ?? "";
      const isWrong = cell.shown?.result === "nonconform";
      return {
        requirement: item.defaults?.requirement ?? "",
        evidence_text: [code && `Hồ sơ ${code}`, note].filter(Boolean).join(": "),
        gap: isWrong && note ? note : "",
      };
    }

    function openFinding(cell, operation = null) {
      const { data, drafts } = act.state();
      const code = data.dossiers.find((each) => each.id === cell.dossier)?.code;
      const grade = operation?.body.grade ?? cell.shown.result;
      finding = { cell, operation, grade, place: `finding:${cell.place}` };
      const values = operation?.body ?? drafts.get(finding.place) ?? prefilled(cell, code);
      const sheet = form("finding");
      for (const name of ["requirement", "evidence_text", "gap"]) sheet.elements[name].value = values[name] ?? "";
      offerUnits(sheet, cell.item, values.unit);
      sheet.querySelector("[data-grade]").textContent = data.labels.results[grade].toLowerCase();
      const { item } = cell;
      sheet.querySelector("[data-finding-where]").textContent = [
        field.placeOf(item), item.step_no && `bước ${item.step_no}`, item.clause && `điều ${item.clause}`,
        code && `hồ sơ ${code}`,
      ].filter(Boolean).join(" · ");
      openSheet("finding");
      const empty = [...sheet.querySelectorAll("textarea")].find((area) => !area.value);
      empty?.focus();
    }

    /** A question of no unit asks for the one that the finding is about. */
    function offerUnits(sheet, item, chosen) {
      const box = sheet.querySelector("[data-finding-unit]");
      box.hidden = Boolean(item.unit);
      const units = box.hidden ? [] : act.state().data.units ?? [];
      sheet.elements.unit.replaceChildren(
        new Option("– chọn đơn vị –", ""), ...units.map(({ id, name }) => new Option(name, id)),
      );
      sheet.elements.unit.value = chosen ?? "";
    }

    const findingValues = () => {
      const { elements } = form("finding");
      const texts = ["requirement", "evidence_text", "gap"].map((name) => [name, elements[name].value.trim()]);
      return { ...Object.fromEntries(texts), unit: Number(elements.unit.value) || null };
    };

    async function saveFinding() {
      const values = findingValues();
      const needed = finding.grade === "nonconform"
        ? { requirement: "yêu cầu", evidence_text: "bằng chứng", gap: "điểm chưa phù hợp" }
        : { evidence_text: "bằng chứng" };
      if (!finding.cell.item.unit) needed.unit = "đơn vị";
      const missing = Object.keys(needed).filter((name) => !values[name]);
      if (missing.length) {
        complain("finding", `Hãy ghi ${missing.map((name) => needed[name]).join(", ")}.`);
        form("finding").elements[missing[0]].focus();
        return;
      }
      const { cell, operation, grade, place } = finding;
      const body = { grade, ...values, found_on: operation?.body.found_on ?? field.today() };
      const kept = await act.queue({ op: "finding", item: cell.item.id, dossier: cell.dossier, body }, operation);
      if (!kept) {
        complain("finding", "Máy không còn chỗ lưu; nội dung vẫn ở đây.");
        return;
      }
      await act.draft(place, null);
      finding = null;
      dialog("finding").close();
    }

    form("finding").addEventListener("input", () => {
      if (!finding.operation) act.draft(finding.place, findingValues());
    });

    // --- Evidence ---
    async function openEvidence(cell, file) {
      picked = { cell, file };
      const sheet = form("evidence");
      sheet.elements.caption.value = "";
      sheet.elements.evidence_on.value = field.day(field.today());
      sheet.querySelector("[data-file-name]").textContent = file.name;
      const preview = sheet.querySelector("[data-preview]");
      const isPicture = file.type.startsWith("image/");
      preview.hidden = !isPicture;
      Object.assign(preview, { width: 240, height: 240 });
      openSheet("evidence");
      if (isPicture) await field.thumbnail(file, preview, 240);
    }

    async function saveEvidence() {
      const sheet = form("evidence");
      const on = readDay(sheet.elements.evidence_on.value);
      if (!on || on > field.today()) {
        complain("evidence", on ? "Ngày của bằng chứng không được sau hôm nay." : "Hãy ghi ngày dạng dd/mm/yyyy.");
        sheet.elements.evidence_on.focus();
        return;
      }
      const { cell, file } = picked;
      const body = { kind: "evidence", caption: sheet.elements.caption.value.trim(), evidence_on: on };
      const kept = await act.queue({
        op: "upload", item: cell.item.id, dossier: cell.dossier, body, file: { name: file.name, blob: file },
      });
      if (kept) dialog("evidence").close();
      else complain("evidence", "Máy không còn chỗ lưu ảnh này.");
    }

    // --- Confirmation ---
    const canvas = document.querySelector("[data-sign]");
    const pen = canvas.getContext("2d");

    function clearSignature() {
      const ratio = window.devicePixelRatio || 1;
      const box = canvas.getBoundingClientRect();
      Object.assign(canvas, { width: box.width * ratio, height: box.height * ratio });
      pen.fillStyle = PAPER;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      Object.assign(pen, { strokeStyle: INK, lineCap: "round", lineJoin: "round", lineWidth: 2.5 * ratio });
      strokes = 0;
    }

    function spot(event) {
      const box = canvas.getBoundingClientRect();
      const ratio = canvas.width / box.width;
      return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    }
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...spot(event));
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) pen.lineTo(...spot(each));
      pen.stroke();
      strokes += 1;
    });

    function choosePhoto(file) {
      photo = file;
      document.querySelector("[data-sign-photo]").textContent = file ? `Dùng ảnh: ${file.name}` : "";
    }

    function openConfirm(cell) {
      const { data, drafts } = act.state();
      confirmed = cell;
      const sheet = form("confirm");
      const last = drafts.get("confirm") ?? {}; // the same person confirms several questions
      sheet.elements.name.value = last.name ?? "";
      sheet.elements.position.value = last.position ?? "";
      sheet.querySelector("[data-confirm-what]").textContent = cell.shown?.result
        ? `${cell.item.question} – ${data.labels.results[cell.shown.result]}${cell.shown.note ? `: ${cell.shown.note}` : ""}`
        : cell.item.question;
      choosePhoto(null);
      openSheet("confirm");
      clearSignature();
    }

    async function saveConfirm() {
      const sheet = form("confirm");
      const [name, position] = [sheet.elements.name.value.trim(), sheet.elements.position.value.trim()];
      if (!name) {
        complain("confirm", "Hãy ghi họ và tên người xác nhận.");
        sheet.elements.name.focus();
        return;
      }
      if (!photo && strokes < 3) {
        complain("confirm", "Mời người xác nhận ký vào ô, hoặc chụp ảnh thay chữ ký.");
        return;
      }
      const blob = photo ?? (await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
      const file = { name: photo?.name ?? "chu-ky.png", blob };
      const body = { kind: "confirmation", name, position, evidence_on: field.today(), answer: act.answerId(confirmed) };
      const kept = await act.queue({ op: "upload", item: confirmed.item.id, dossier: null, body, file });
      if (!kept) {
        complain("confirm", "Máy không còn chỗ lưu.");
        return;
      }
      await act.draft("confirm", { name, position });
      dialog("confirm").close();
    }

    const save = { finding: saveFinding, evidence: saveEvidence, confirm: saveConfirm };
    document.addEventListener("submit", (event) => {
      const name = event.target.dataset.sheet;
      if (!name) return;
      event.preventDefault();
      save[name]();
    });

    return { openFinding, openEvidence, openConfirm, choosePhoto, unsign: () => { clearSignature(); choosePhoto(null); } };
  };
})();
