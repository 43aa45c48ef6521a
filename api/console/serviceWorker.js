/* Keeps the console's own files, so that it opens without a network: nothing that the command centre
   tells, and no picture, is ever put into this cache. The build fills in the constants. */
const VERSION = "__VERSION__";
const SHELL = __SHELL__;
const WAITS = __WAITS__;
const CACHE = `mingan-shell-${VERSION}`;
const INDEX = "/index.html";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL.map(fresh)))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("mingan-shell-") && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    // The newest first, so that an update is taken by whoever has a network.
    event.respondWith(
      fetch(request).catch(async () => (await kept(INDEX)) ?? Response.error()),
    );
    return;
  }
  if (SHELL.includes(url.pathname)) {
    event.respondWith(kept(url.pathname).then((found) => found ?? fetch(request)));
  }
});

/* Files under assets/ are named by their content; an old index would name files of another build. */
function fresh(path) {
  return new Request(path, { cache: path === INDEX ? "reload" : "default" });
}

async function kept(path) {
  return (await caches.open(CACHE)).match(path);
}

/* What wakes it has no content, for it comes through the browser maker's service abroad: what waits
   is read in Mingan, after signing in. */
self.addEventListener("push", (event) => {
  const language = (self.navigator?.language ?? "zh").startsWith("zh") ? "zh" : "en";
  event.waitUntil(
    self.registration.showNotification("Mingan 明安", {
      body: WAITS[language],
      icon: "/icon-192.png",
      tag: "mingan",
      renotify: true,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened());
});

async function opened() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.length ? pages[0].focus() : self.clients.openWindow("/");
}
