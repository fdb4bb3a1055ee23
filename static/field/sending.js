/* Sending the queue: in order, one at a time, each as often as it takes; the server knows by
   `client_id` what it has already. Nothing leaves the queue before the server said it is stored. */
"use strict";

(() => {
  const field = (window.field ??= {});
  const AGAIN = 20_000; // milliseconds until the next try while something is queued
  const PATIENCE = { answer: 30_000, finding: 30_000, upload: 300_000 };

  const cookie = (name) =>
    document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

  async function json(answer) {
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    return isJson ? answer.json().catch(() => null) : null;
  }

  /** What an answer of the server means for what was asked. */
  async function judged(answer) {
    const data = await json(answer);
    if (answer.type === "opaqueredirect" || answer.status === 401) return { means: "signed_out" };
    if (answer.ok && data) return { means: "stored", data };
    if (answer.status === 422) return { means: "wrong", errors: data?.errors ?? {} };
    if (answer.status === 413) return { means: "wrong", errors: { file: ["Tệp lớn quá giới hạn của máy chủ."] } };
    if (answer.status === 409) return { means: "locked", errors: data?.errors };
    if (answer.status === 403 && !data) return { means: "later" }; // the token was of an older session
    if (answer.status === 403) return { means: data.why ?? "refused", errors: data.errors };
    if (answer.status === 404) return { means: "refused" };
    return { means: "later" };
  }

  async function ask(address, { patience = 30_000, ...options } = {}) {
    try {
      const answer = await fetch(address, {
        credentials: "same-origin",
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(patience),
        ...options,
        headers: { Accept: "application/json", ...options.headers },
      });
      return await judged(answer);
    } catch {
      return { means: "offline" };
    }
  }

  function envelope(operation) {
    const { op, client_id, item, dossier, body, file, user } = operation;
    const headers = { "X-CSRFToken": cookie("csrftoken"), "X-Field-Person": String(user) };
    if (op !== "upload") {
      headers["Content-Type"] = "application/json";
      return { headers, body: JSON.stringify({ client_id, op, item, dossier, ...body }) };
    }
    const form = new FormData();
    for (const [name, value] of Object.entries({ client_id, item, dossier, ...body })) {
      if (value !== null && value !== undefined) form.append(name, value);
    }
    form.append("file", file.blob, file.name);
    return { headers, body: form };
  }

  /** `say(state, detail)` is told how it goes: idle, sending, offline, later, locked, or
   signed_out, other (somebody else is signed in), refused. */
  field.makeSender = ({ queue, addresses, say, stored }) => {
    let isSending = false;
    let isWanted = false;
    let timer = 0;

    async function sendOne(operation) {
      operation.tries += 1;
      await queue.put(operation);
      const address = operation.op === "upload" ? addresses.upload : addresses.sync;
      const sent = envelope(operation);
      return ask(address, { method: "POST", patience: PATIENCE[operation.op], ...sent });
    }

    // What was answered upon the one just stored now has a base that the server knows.
    async function rebase(operation, answer) {
      for (const later of await queue.all()) {
        if (later.op !== "answer" || later.after !== operation.client_id) continue;
        later.body.base = answer.id;
        later.after = null;
        await queue.put(later);
      }
    }

    async function sendAll() {
      const tried = new Set();
      for (;;) {
        const operation = (await queue.all()).find(
          (each) => each.state === "waiting" && !tried.has(each.seq),
        );
        if (!operation) return "idle";
        if (navigator.onLine === false) return "offline"; // never tried, it may still be changed
        tried.add(operation.seq);
        say("sending");
        const { means, data, errors } = await sendOne(operation);
        if (means === "stored") {
          if (operation.op === "answer" && data.answer) await rebase(operation, data.answer);
          await queue.remove(operation);
          await stored(operation, data);
        } else if (means === "wrong") {
          await queue.put({ ...operation, state: "refused", errors });
          await stored(operation, null);
        } else {
          return [means, errors];
        }
      }
    }

    async function send() {
      clearTimeout(timer);
      if (isSending) {
        isWanted = true; // something was added meanwhile, or the network came back
        return;
      }
      isSending = true;
      const [state, errors] = [await locked(sendAll)].flat();
      isSending = false;
      say(state, errors);
      const waiting = (await queue.all()).filter((each) => each.state === "waiting");
      if (isWanted && ["idle", "later"].includes(state)) {
        isWanted = false;
        await send();
        return;
      }
      isWanted = false;
      if (waiting.length && !["locked", "refused"].includes(state)) timer = setTimeout(send, AGAIN);
    }

    // One page of this browser sends at a time.
    const locked = (work) =>
      navigator.locks ? navigator.locks.request(`field-${queue.owner.user}`, work) : work();

    return { send, fetchData: () => ask(addresses.data) };
  };
})();
