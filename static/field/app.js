/* The checklist in the field: what is tapped and typed goes to the queue first, then to the server. */
"use strict";

(async () => {
  const field = window.field;
  const settings = JSON.parse(document.getElementById(document.body.dataset.field).textContent);
  const TYPED = 1200; // milliseconds after the last key until what was typed is queued
  const FRESH = 60_000; // milliseconds for which a checklist is not asked for again
  const SEEN = 2000; // milliseconds in which a change by somebody else counts as not yet seen
  const SWIPE = 60; // pixels

  const { user, audit } = settings;
  const queue = field.makeQueue({ user, audit });
  const state = {
    name: settings.name, data: null, queued: [], drafts: new Map(), id: null, dossier: null, onlyOpen: false,
    mayWrite: false, isReady: false, advice: "", net: { name: "opening", sentAt: null, readAt: null },
  };
  const note = document.querySelector("[data-note]");
  const verbal = document.querySelector("[data-verbal]");
  const main = document.getElementById("main");
  let shownPlace = "";
  let seen = { place: "", base: null, since: 0 };

  const itemOf = (id) => state.data?.items.find((item) => item.id === id);
  const cellNow = () => field.cellOf(state, itemOf(state.id), state.dossier);
  const draftPlace = (cell) => `note:${cell.place}`;

  // --- Showing ---
  function draw() {
    field.draw(state);
    if (!itemOf(state.id)) return;
    const cell = cellNow();
    const isNew = shownPlace !== cell.place;
    shownPlace = cell.place;
    keepSeen(cell, isNew);
    const typed = state.drafts.get(draftPlace(cell)) ?? cell.shown;
    if (isNew || document.activeElement !== note) note.value = typed?.note ?? "";
    verbal.checked = typed?.is_verbal ?? false;
  }

  // Whoever answers saw what stood on the screen, not what came in as the finger went down.
  function keepSeen(cell, isNew) {
    const base = cell.standing?.id ?? null;
    const isOwn = cell.standing?.by_id === user;
    if (isNew || isOwn) seen = { place: cell.place, base, since: 0 };
    else if (base !== seen.base && !seen.since) {
      seen.since = Date.now();
      setTimeout(() => {
        if (seen.place === cell.place) seen = { place: cell.place, base, since: 0 };
      }, SEEN);
    }
  }

  const say = (name, detail = null) => {
    const isDone = name === "idle" && !state.queued.length && state.net.name === "sending";
    state.net = { ...state.net, name, detail, ...(isDone && { sentAt: Date.now() }) };
    field.drawNet(state);
  };

  async function reread() {
    state.queued = await queue.all();
    draw();
  }

  function mayWriteNow() {
    const about = state.data?.audit;
    return Boolean(about && about.can_answer !== false && (!about.locked || field.beforeMeeting(about)));
  }

  // --- Going from question to question ---
  function go(id, { focus = true } = {}) {
    commit();
    const item = itemOf(id) ?? state.data.items[0];
    if (!item) return;
    state.id = item.id;
    const [whole, ...cells] = field.cellsOf(state, item);
    const asked = [whole, ...cells].find((cell) => cell.disputed.length);
    if (asked || !cells.some((cell) => cell.dossier === state.dossier)) {
      const open = asked ?? cells.find((cell) => !cell.shown?.result) ?? cells[0] ?? whole;
      state.dossier = open.dossier;
    }
    history.replaceState(null, "", `#cau-${item.id}`);
    draw();
    if (!focus) return;
    window.scrollTo(0, 0);
    document.querySelector("[data-question]").focus({ preventScroll: true });
  }

  function step(by) {
    const { items } = state.data ?? { items: [] };
    let index = items.findIndex((item) => item.id === state.id) + by;
    while (state.onlyOpen && items[index] && field.resultOf(state, items[index])) index += by;
    if (items[index]) go(items[index].id);
  }

  function firstId() {
    const wanted = Number(/^#cau-(\d+)$/.exec(location.hash)?.[1]);
    const { items } = state.data;
    return (itemOf(wanted) ?? items.find((item) => !field.resultOf(state, item)) ?? items[0])?.id ?? null;
  }

  // --- Keeping what was done ---
  async function add(operation, instead = null) {
    try {
      await queue.add(operation);
      if (instead) await queue.remove(instead);
    } catch (error) {
      say(error.name === "QuotaExceededError" ? "full" : "later");
      return false;
    }
    await reread();
    askToKeep();
    sender.send();
    return true;
  }

  async function draft(place, values) {
    if (values) state.drafts.set(place, values);
    else state.drafts.delete(place);
    await queue.keepDraft(place, values);
  }

  async function answer(cell, given) {
    const typed = state.drafts.get(draftPlace(cell));
    const base = typed ? typed.base : seen.place === cell.place ? seen.base : (cell.standing?.id ?? null);
    const body = {
      base, settles: null, result: cell.shown?.result ?? "",
      note: typed?.note ?? cell.shown?.note ?? "",
      is_verbal: typed?.is_verbal ?? cell.shown?.is_verbal ?? false,
      seen_on: field.today(), answered_at: new Date().toISOString(), ...given,
    };
    const kept = await add({ op: "answer", item: cell.item.id, dossier: cell.dossier, body });
    // Unless more was typed while the browser was writing.
    if (kept && state.drafts.get(draftPlace(cell)) === typed) await draft(draftPlace(cell), null);
    draw();
  }

  let typing = 0;
  function typed() {
    const cell = cellNow();
    const before = state.drafts.get(draftPlace(cell));
    const base = before ? before.base : seen.base;
    draft(draftPlace(cell), { note: note.value, is_verbal: verbal.checked, base });
    clearTimeout(typing);
    typing = setTimeout(commit, TYPED);
  }

  async function commit() {
    clearTimeout(typing);
    const places = [...state.drafts.keys()].filter((place) => place.startsWith("note:"));
    for (const place of places) {
      const [, item, dossier] = place.split(":");
      const found = itemOf(Number(item));
      if (!found || !mayWriteNow()) continue;
      const cell = field.cellOf(state, found, dossier ? Number(dossier) : null);
      if (cell.disputed.length) continue;
      const { note: text, is_verbal } = state.drafts.get(place);
      const isSame = text === (cell.shown?.note ?? "") && is_verbal === (cell.shown?.is_verbal ?? false);
      if (isSame) await draft(place, null);
      else await answer(cell, {});
    }
  }

  async function settle(which) {
    const cell = cellNow();
    const [other] = cell.disputed;
    const chosen = [cell.standing, other].find((each) => String(each?.id) === which);
    const given = chosen ?? {
      result: document.getElementById("merge-result").value,
      note: document.getElementById("merge-note").value, is_verbal: other.is_verbal,
    };
    await draft(draftPlace(cell), null);
    await answer(cell, {
      base: cell.standing?.id ?? null, settles: other.id,
      result: given.result, note: given.note, is_verbal: given.is_verbal,
    });
  }

  async function askToKeep() {
    if (!navigator.storage?.persist || state.advice) return;
    if (await navigator.storage.persist()) return;
    state.advice = "Trình duyệt không cam kết giữ dữ liệu khi máy đầy: hãy gửi sớm khi có mạng.";
    draw();
  }

  // --- Sending and reading ---
  let changes = 0;
  async function stored(operation, reply) {
    changes += 1;
    const item = itemOf(operation.item);
    if (reply && item) {
      if (reply.answer) {
        const { dossier } = operation;
        const place = dossier === null ? item : item.cells.find((each) => each.dossier === dossier);
        if (place) {
          place.answer = reply.standing ?? reply.answer;
          place.disputed = (place.disputed ?? []).filter((each) => each.id !== operation.body.settles);
          if (reply.state === "disputed") place.disputed.push(reply.answer);
        }
      }
      if (reply.finding) Object.assign(item, { finding: reply.finding.seq, finding_url: reply.finding.url });
      if (reply.evidence) item.evidence.push(reply.evidence);
      if (reply.confirmation) item.confirmed = true;
      await queue.keepCopy(state.data).catch(() => {});
    }
    await reread();
  }

  const sender = field.makeSender({ queue, addresses: settings, say, stored });

  async function refresh() {
    const before = changes;
    const { means, data } = await sender.fetchData();
    if (means !== "stored") {
      if (means === "refused") await forbid();
      if (["offline", "signed_out", "refused"].includes(means)) say(means);
      else if (state.net.name === "opening") say("later");
      draw();
      return;
    }
    if (data.user.id !== user) {
      say("other");
      return;
    }
    if (before !== changes) return; // something was stored meanwhile: this is older
    const isChanged = state.data?.version !== data.version;
    state.data = data;
    state.mayWrite = mayWriteNow();
    state.net.readAt = Date.now();
    if (isChanged) await queue.keepCopy(data).catch(() => say("full"));
    if (["opening", "offline", "signed_out", "other", "later"].includes(state.net.name)) say("idle");
    if (itemOf(state.id)) draw();
    else go(firstId(), { focus: false });
    await commit();
  }

  // The copy of what one may no longer see is dropped; what was not sent stays.
  async function forbid() {
    state.data = null;
    await field.drop();
  }

  async function meet() {
    await sender.send();
    if (["idle", "opening", "offline", "later"].includes(state.net.name)) await refresh();
  }

  window.addEventListener("online", meet);
  window.addEventListener("offline", () => say("offline"));
  window.addEventListener("focus", () => {
    if (state.queued.length || Date.now() - (state.net.readAt ?? 0) > FRESH) meet();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) commit();
  });
  window.addEventListener("pagehide", () => commit());

  // --- Handing over what cannot be sent ---
  const text64 = (blob) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.replace(/^[^,]*,/, "")));
    reader.readAsDataURL(blob);
  });

  async function exportQueue() {
    const operations = [];
    for (const { op, client_id, item, dossier, body, at, file } of await queue.all()) {
      const sheet = { op, client_id, item, dossier, ...body, at, question: itemOf(item)?.question ?? "" };
      if (file) sheet.file = { name: file.name, type: file.blob.type, base64: await text64(file.blob) };
      operations.push(sheet);
    }
    const whole = { audit, person: { id: user, name: settings.name }, exported_at: new Date().toISOString(), operations };
    const link = field.make("a", {
      href: URL.createObjectURL(new Blob([JSON.stringify(whole, null, 2)], { type: "application/json" })),
      download: `chua-gui-${audit}-${field.today()}.json`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // --- Taps, keys, swipes ---
  const sheets = field.makeSheets({
    state: () => state, queue: add, draft,
    answerId: (cell) => cell.last?.client_id ?? cell.standing?.client_id ?? null,
  });

  async function openConfirm() {
    await commit();
    const cell = cellNow();
    if (cell.shown?.result) sheets.openConfirm(cell);
    else document.querySelector("[data-state]").textContent = "Hãy trả lời trước, rồi mời đơn vị xác nhận.";
  }

  function showDispute() {
    const cells = state.data.items.flatMap((item) => field.cellsOf(state, item));
    const disputed = cells.filter((cell) => cell.disputed.length);
    const wanted = disputed.find((cell) => cell.item.id !== state.id) ?? disputed[0];
    if (!wanted) return;
    go(wanted.item.id);
  }

  const acts = {
    list: () => document.querySelector("[data-dialog=list]").showModal(),
    close: (button) => button.closest("dialog").close(),
    send: meet,
    export: exportQueue,
    dispute: showDispute,
    filter: () => {
      state.onlyOpen = !state.onlyOpen;
      draw();
    },
    previous: () => step(-1),
    next: () => step(1),
    finding: async () => {
      await commit();
      sheets.openFinding(cellNow());
    },
    confirm: openConfirm,
    unsign: () => sheets.unsign(),
    unanswer: () => answer(cellNow(), { result: "" }),
  };

  const chosen = {
    act: (value, button) => acts[value](button),
    answer: (value) => answer(cellNow(), { result: value }),
    goto: (value, button) => {
      button.closest("dialog")?.close();
      go(Number(value));
    },
    dossier: (value) => {
      commit();
      state.dossier = value ? Number(value) : null;
      draw();
      document.querySelector(`[data-dossier="${value}"]`)?.focus();
    },
    settle,
    mend: (value) => {
      const operation = state.queued.find((each) => each.seq === Number(value));
      sheets.openFinding(field.cellOf(state, itemOf(operation.item), operation.dossier), operation);
    },
    drop: async (value) => {
      await queue.remove({ seq: Number(value) });
      await reread();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const name = button && Object.keys(chosen).find((each) => each in button.dataset);
    if (name) chosen[name](button.dataset[name], button);
  });

  note.addEventListener("input", typed);
  note.addEventListener("blur", commit);
  verbal.addEventListener("change", () => {
    typed();
    commit();
  });
  document.addEventListener("change", (event) => {
    const { pick } = event.target.dataset;
    const [file] = pick ? event.target.files : [];
    if (!file) return;
    if (pick === "confirm") sheets.choosePhoto(file);
    else sheets.openEvidence(cellNow(), file);
    event.target.value = ""; // the same file may be chosen again
  });

  const isTyping = (event) => event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event) || !state.data) return;
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else if (/^[1-4]$/.test(event.key)) document.querySelectorAll("[data-answer]")[event.key - 1].click();
    else return;
    event.preventDefault();
  });

  let touch = null;
  main.addEventListener("touchstart", (event) => {
    const isOne = event.touches.length === 1 && !event.target.closest("input, textarea, select, canvas, .field-dossiers");
    touch = isOne ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
  }, { passive: true });
  main.addEventListener("touchend", (event) => {
    if (!touch) return;
    const [x, y] = [event.changedTouches[0].clientX - touch.x, event.changedTouches[0].clientY - touch.y];
    if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    touch = null;
  }, { passive: true });

  // --- Being there without network ---
  async function keepPage() {
    if (!navigator.serviceWorker) {
      state.advice = "Trình duyệt chỉ mở lại được trang này khi mất mạng nếu địa chỉ bắt đầu bằng https.";
      return;
    }
    await navigator.serviceWorker.register(settings.worker);
    await navigator.serviceWorker.ready;
    const names = (await caches.keys()).filter((name) => name.startsWith("field-pages-"));
    for (const pages of await Promise.all(names.map((name) => caches.open(name)))) {
      if (await pages.match(location.pathname, { ignoreVary: true })) continue;
      // This page came before its worker: it is asked for once more, to be kept.
      const page = await fetch(location.pathname);
      if (page.ok && !page.redirected) await pages.put(location.pathname, page);
    }
    state.isReady = true;
    field.drawNet(state);
  }

  document.documentElement.classList.add("js");
  await field.settled;
  const copy = await queue.copy().catch(() => null);
  state.drafts = await queue.drafts();
  state.queued = await queue.all();
  if (copy) {
    state.data = copy.data;
    state.net.readAt = copy.at;
    state.mayWrite = mayWriteNow();
    go(firstId(), { focus: false });
  }
  await meet();
  await keepPage().catch(() => {});
  draw();
})();
