import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";

import { api } from "../http/api";
import { bytesOf, renew, turnOff, turnOn } from "./push";

const NOBODY = { key: "BA", browsers: [] };
const HERE = { ...NOBODY, browsers: [{ user_agent: "", created_at: "", is_current: true }] };

describe("the key of a push service", () => {
  it("is read from base64 for addresses, without padding", () => {
    expect([...bytesOf("-_8B")]).toEqual([251, 255, 1]);
    expect([...bytesOf("BA")]).toEqual([4]);
  });
});

describe("a browser that is told", () => {
  const subscription = { endpoint: "https://push.test/x", unsubscribe: () => Promise.resolve(true) };
  const pushManager = {
    getSubscription: () => Promise.resolve(null),
    subscribe: () => Promise.resolve(subscription),
  };
  let put: MockInstance<typeof api.putPush>;
  let get: MockInstance<typeof api.push>;

  beforeEach(() => {
    window.localStorage.clear();
    put = vi.spyOn(api, "putPush").mockResolvedValue(undefined);
    get = vi.spyOn(api, "push").mockResolvedValue(NOBODY);
    vi.spyOn(api, "deletePush").mockResolvedValue(undefined);
    const registration = { pushManager };
    vi.stubGlobal("PushManager", class {});
    vi.stubGlobal("Notification", { permission: "granted", requestPermission: () => Promise.resolve("granted") });
    vi.stubGlobal("navigator", {
      serviceWorker: { ready: Promise.resolve(registration), getRegistration: () => Promise.resolve(registration) },
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is so again in the next session of whoever turned it on, and of nobody else", async () => {
    await turnOn("BA", "li");
    expect(put).toHaveBeenCalledWith("https://push.test/x");
    put.mockClear();
    await renew("wang");
    expect(put).not.toHaveBeenCalled();
    await renew("li");
    expect(put).toHaveBeenCalledTimes(1);
    get.mockResolvedValue(HERE);
    await renew("li");
    expect(put).toHaveBeenCalledTimes(1);
  });

  it("is left alone once it was turned off", async () => {
    await turnOn("BA", "li");
    await turnOff();
    put.mockClear();
    await renew("li");
    expect(put).not.toHaveBeenCalled();
  });

  it("is not turned on by somebody who refuses", async () => {
    vi.stubGlobal("Notification", { permission: "default", requestPermission: () => Promise.resolve("denied") });
    await expect(turnOn("BA", "li")).rejects.toThrow();
    expect(put).not.toHaveBeenCalled();
  });
});
