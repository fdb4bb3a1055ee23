/* The service worker of /danh-gia/: the field page and what it needs, without network.
   `FIELD` comes from the address that loads this file: a version, and the files of that version.
   It keeps the field pages of whoever is signed in, and no other page. */
"use strict";

const { version, files } = self.FIELD;
const FILES = `field-files-${version}`;
const PAGES = `field-pages-${version}`;
const IS_FIELD_PAGE = /^\/danh-gia\/[^/]+\/hien-truong\/$/;
const PATIENCE = 5000; // milliseconds to wait for a page of which a copy is kept

self.addEventListener("install", (event) => {
  event.waitUntil(
    Promise.all([caches.open(FILES).then((cache) => cache.addAll(files)), caches.open(PAGES)]).then(
      () => self.skipWaiting(),
    ),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    keepPagesAnew()
      .then(dropOldCaches)
      .then(() => self.clients.claim()),
  );
});

// A page names the files of its version: what was kept of an older one is fetched again.
async function keepPagesAnew() {
  const addresses = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith("field-pages-") || name === PAGES) continue;
    for (const request of await (await caches.open(name)).keys()) addresses.add(request.url);
  }
  const pages = await caches.open(PAGES);
  await Promise.allSettled(
    [...addresses].map(async (address) => {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (isOwnPage(answer)) await pages.put(new URL(address).pathname, answer);
    }),
  );
}

async function dropOldCaches() {
  for (const name of await caches.keys()) {
    if (name.startsWith("field-") && name !== FILES && name !== PAGES) await caches.delete(name);
  }
}

const isOwnPage = (answer) => answer.ok && answer.type === "basic" && !answer.redirected;

function within(milliseconds, promise) {
  const late = new Promise((_, reject) => setTimeout(reject, milliseconds, new Error("late")));
  return Promise.race([promise, late]);
}

// Network first. Pages are kept under their path; what is refused is kept no longer.
async function page(event, path) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(path, { ignoreVary: true });
  const fetched = fetch(event.request).then(async (answer) => {
    if (isOwnPage(answer)) await pages.put(path, answer.clone());
    else if ([403, 404].includes(answer.status)) await pages.delete(path);
    return answer;
  });
  event.waitUntil(fetched.catch(() => {}));
  try {
    const answer = await (kept ? within(PATIENCE, fetched) : fetched);
    return kept && answer.status >= 500 ? kept : answer;
  } catch {
    return kept ?? Response.error();
  }
}

async function file(request) {
  const kept = await (await caches.open(FILES)).match(request, { ignoreVary: true });
  return kept ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && IS_FIELD_PAGE.test(url.pathname)) {
    event.respondWith(page(event, url.pathname));
  } else if (files.includes(url.pathname)) {
    event.respondWith(file(request));
  }
});
