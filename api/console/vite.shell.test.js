// @vitest-environment node
/* The service worker run as a browser would, on a scripted cache and network. */
import { readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

import { expect, it } from "vitest";

import { writeWorker } from "./vite.shell.js";

const SOURCE = readFileSync(path.join(import.meta.dirname, "serviceWorker.js"), "utf-8");
const FILES = new Map([
  ["index.html", "<!doctype html>"],
  ["assets/app-1.js", "export {}"],
]);
const ORIGIN = "http://centre.test";

/** A browser with one worker in it; `network` answers, or throws where there is none. */
function browser(script, network, cached = new Map(), language = "zh-CN") {
  const caches = {
    async open(name) {
      if (!cached.has(name)) cached.set(name, new Map());
      const cache = cached.get(name);
      return {
        addAll: async (requests) => {
          for (const each of requests) cache.set(new URL(each.url).pathname, await network(each));
        },
        match: async (address) => cache.get(address)?.clone(),
      };
    },
    keys: async () => [...cached.keys()],
    delete: async (name) => cached.delete(name),
  };
  const handlers = {};
  const shown = [];
  const self = {
    location: new URL(`${ORIGIN}/sw.js`),
    addEventListener: (type, handle) => (handlers[type] = handle),
    skipWaiting: async () => undefined,
    clients: { claim: async () => undefined },
    navigator: { language },
    registration: { showNotification: async (...told) => shown.push(told) },
  };
  class Relative extends Request {
    constructor(input, init) {
      super(typeof input === "string" ? new URL(input, ORIGIN) : input, init);
    }
  }
  vm.runInNewContext(script, { self, caches, fetch: network, Request: Relative, Response, URL });
  const lifecycle = async (type) => {
    let waited;
    handlers[type]({ waitUntil: (promise) => (waited = promise) });
    await waited;
  };
  return {
    cached,
    shown,
    push: async (data) => {
      let waited;
      handlers.push({ data, waitUntil: (promise) => (waited = promise) });
      await waited;
    },
    start: async () => {
      await lifecycle("install");
      await lifecycle("activate");
    },
    /** The worker's answer; undefined where it leaves the request to the browser. */
    ask: async (address, { method = "GET", mode = "cors" } = {}) => {
      let answer;
      const url = new URL(address, ORIGIN).href;
      handlers.fetch({ request: { url, method, mode }, respondWith: (given) => (answer = given) });
      return answer && (await answer).text();
    },
  };
}

const online = async (request) => new Response(`of the network: ${new URL(request.url).pathname}`);
const offline = async () => {
  throw new TypeError("no network");
};

it("opens any page without a network, and files of its build", async () => {
  let network = online;
  const phone = browser(writeWorker(SOURCE, FILES), (request) => network(request));
  await phone.start();
  network = offline;
  expect(await phone.ask("/tasks/7", { mode: "navigate" })).toBe("of the network: /index.html");
  expect(await phone.ask("/assets/app-1.js")).toBe("of the network: /assets/app-1.js");
});

it("asks the network for pages first", async () => {
  const phone = browser(writeWorker(SOURCE, FILES), online);
  await phone.start();
  expect(await phone.ask("/tasks", { mode: "navigate" })).toBe("of the network: /tasks");
});

it.each([
  ["/api/v1/orders", {}],
  ["/api/v1/evidence/abc", {}],
  ["/api/v1/order-photographs/1/2", {}],
  ["/api/v1/auth/oidc/start", { mode: "navigate" }],
  ["/tasks", { method: "POST" }],
  ["https://elsewhere.test/", {}],
  ["/not-of-the-build.js", {}],
])("leaves %s %o to the browser, and keeps nothing of it", async (address, request) => {
  const phone = browser(writeWorker(SOURCE, FILES), online);
  await phone.start();
  expect(await phone.ask(address, request)).toBeUndefined();
  const kept = [...phone.cached.values()].flatMap((cache) => [...cache.keys()]);
  expect(kept.sort()).toEqual(["/assets/app-1.js", "/index.html"]);
});

it("is another one as soon as a file is, and drops what was kept before", async () => {
  const before = writeWorker(SOURCE, FILES);
  expect(writeWorker(SOURCE, FILES)).toBe(before);
  const after = writeWorker(SOURCE, new Map(FILES).set("index.html", "new"));
  expect(after).not.toBe(before);
  const old = browser(before, online);
  await old.start();
  old.cached.set("somebody-elses", new Map());
  const renewed = browser(after, online, old.cached);
  await renewed.start();
  expect(renewed.cached.size).toBe(2);
  expect(renewed.cached.has("somebody-elses")).toBe(true);
});

it.each([
  ["zh-CN", "有待您处理的事项，请登录查看。"],
  ["en-GB", "Something waits for you. Sign in to see it."],
])("says in %s that something waits, and nothing of what woke it", async (language, text) => {
  const phone = browser(writeWorker(SOURCE, FILES), online, new Map(), language);
  await phone.push({ text: () => "no-1 smoking" });
  expect(phone.shown).toHaveLength(1);
  const [title, options] = phone.shown[0];
  expect([title, options.body]).toEqual(["Mingan 明安", text]);
  expect(JSON.stringify(phone.shown)).not.toContain("smoking");
});
