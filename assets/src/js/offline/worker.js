// The service worker. It keeps the app's shell (files without anybody's data, listed by the server in `jlShell`) and nothing else:
// no page and no answer is ever put into a cache. Without a network a page becomes the page of kept logs.
import { keep } from "./keep.js";
import { getState } from "./store.js";

const { version, files, pages } = self.jlShell;
const SHELL = `jinlan-${version}`;
const LOG = /^\/clients\/([0-9a-f-]{36})\/log$/;

self.addEventListener("install", (event) => {
  const wanted = [...files, ...Object.values(pages)].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(onlyThisShell().then(() => self.clients.claim()));
});

async function onlyThisShell() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(request.method === "POST" && LOG.test(pathname) ? logged(request, pathname) : opened(request));
  } else if (request.method === "GET" && files.includes(pathname)) {
    event.respondWith(shelved(pathname).then((held) => held ?? fetch(request)));
  }
});

const shelved = (url) => caches.open(SHELL).then((cache) => cache.match(url, { ignoreVary: true }));

async function opened(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const held = request.method === "GET" && (await shelved(await offlinePage()));
    if (!held) throw error;
    return held;
  }
}

async function offlinePage() {
  const look = await getState("look").catch(() => null);
  return pages[look?.lang] ?? Object.values(pages)[0];
}

// A log that was written with a network and sent without one: its words are kept as if they had been written here.
async function logged(request, pathname) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch (error) {
    const form = await copy.formData();
    const [, unit] = LOG.exec(pathname);
    const said = (name) => String(form.get(name) ?? "");
    const note = { client: said("client_name"), unit, kind: said("kind"), at: said("starts_at"), text: said("minutes") };
    const key = said("key");
    if (!note.text.trim() || !(await keep(note, key || undefined))) throw error;
    return Response.redirect(`${await offlinePage()}?kept=1`, 303);
  }
}
