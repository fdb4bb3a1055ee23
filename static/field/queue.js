/* What was done in the field and is not yet sent, kept in the browser beside a copy of the checklist.
   Two databases: signing out drops the copies, never the queue. Each row says whose it is. */
"use strict";

(() => {
  const field = (window.field ??= {});
  const open = new Map();

  const STORES = {
    "field-queue": (database) => {
      const queue = database.createObjectStore("operations", { keyPath: "seq", autoIncrement: true });
      queue.createIndex("owner", ["user", "audit"]);
      queue.createIndex("user", "user");
      database.createObjectStore("drafts", { keyPath: ["user", "audit", "place"] });
    },
    [field.COPIES]: (database) => {
      database.createObjectStore("checklists", { keyPath: ["user", "audit"] });
    },
  };

  function opened(name) {
    if (!open.has(name)) {
      const forget = () => open.delete(name);
      const database = idb.openDB(name, 1, {
        upgrade: (made) => STORES[name](made),
        blocking: (_now, _wanted, event) => {
          event.target.close(); // another page drops it
          forget();
        },
        terminated: forget,
      });
      database.catch(forget);
      open.set(name, database);
    }
    return open.get(name);
  }

  // Outside https the browser has no crypto.randomUUID.
  field.newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const isSameCell = (one, other) =>
    one.item === other.item && (one.dossier ?? null) === (other.dossier ?? null);

  // Never tried, or refused: it may still be changed. One under way may have arrived already.
  const isOpen = (operation) => operation.tries === 0 || operation.state === "refused";

  /** The queue of one person for one audit, and the copy of that checklist. */
  field.makeQueue = ({ user, audit }) => {
    const owner = { user, audit };

    async function count() {
      const database = await opened("field-queue");
      const unsent = await database.countFromIndex("operations", "user", user);
      localStorage.setItem(field.unsentKey(user), String(unsent));
    }

    return {
      owner,

      async copy() {
        const kept = await (await opened(field.COPIES)).get("checklists", [user, audit]);
        return kept ?? null;
      },

      async keepCopy(data) {
        await (await opened(field.COPIES)).put("checklists", { ...owner, data, at: Date.now() });
      },

      async all() {
        return (await opened("field-queue")).getAllFromIndex("operations", "owner", [user, audit]);
      },

      /** Add `operation` ({op, item, dossier, body, file}); a newer answer replaces an open one. */
      async add(operation) {
        const made = {
          ...owner, ...operation, client_id: field.newId(), state: "waiting", tries: 0,
          errors: null, at: new Date().toISOString(),
        };
        const change = (await opened("field-queue")).transaction("operations", "readwrite");
        if (made.op === "answer") {
          const waiting = await change.store.index("owner").getAll([user, audit]);
          const earlier = waiting.filter((each) => each.op === "answer" && isSameCell(each, made));
          for (const each of earlier.filter(isOpen)) {
            made.body.base = each.body.base;
            made.body.settles ??= each.body.settles;
            await change.store.delete(each.seq);
          }
          made.after = earlier.find((each) => !isOpen(each))?.client_id ?? null;
        }
        made.seq = await change.store.add(made);
        await change.done;
        await count();
        return made;
      },

      async put(operation) {
        await (await opened("field-queue")).put("operations", operation);
      },

      async remove(operation) {
        await (await opened("field-queue")).delete("operations", operation.seq);
        await count();
      },

      async drafts() {
        const range = IDBKeyRange.bound([user, audit, ""], [user, audit, "\uffff"]);
        const kept = await (await opened("field-queue")).getAll("drafts", range);
        return new Map(kept.map(({ place, values }) => [place, values]));
      },

      async keepDraft(place, values) {
        const database = await opened("field-queue");
        if (values) await database.put("drafts", { ...owner, place, values });
        else await database.delete("drafts", [user, audit, place]);
      },
    };
  };
})();
