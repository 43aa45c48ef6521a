import { describe, expect, it, vi } from "vitest";

import type { ReportView } from "../http/types";
import { canDownload, DISTRICT, hashOf, isOpen, schoolOf } from "./reports";

const READY = { state: "ready", has_pictures: true } as ReportView;

describe("reports", () => {
  it("are given to who may see what stands in them", () => {
    expect(canDownload(READY, true)).toBe(true);
    expect(canDownload(READY, false)).toBe(false);
    expect(canDownload({ ...READY, has_pictures: false }, false)).toBe(true);
    expect(canDownload({ ...READY, state: "removed" }, true)).toBe(false);
  });

  it("are of a school or of the district, as their kind allows", () => {
    expect(schoolOf("school_audit", "a")).toBe("a");
    expect(schoolOf("district_month", "a")).toBeNull();
    expect(schoolOf("canteen_month", "a")).toBe("a");
    expect(schoolOf("canteen_month", DISTRICT)).toBeNull();
    expect(schoolOf("canteen_month", undefined)).toBeNull();
  });

  it("are read again while they are being made", () => {
    const states = ["waiting", "running", "ready", "failed", "removed"] as const;
    expect(states.filter((state) => isOpen({ ...READY, state }))).toEqual(["waiting", "running"]);
  });

  it("are known by the hash of their file, where the browser can work it out", async () => {
    const file = { arrayBuffer: () => Promise.resolve(new TextEncoder().encode("abc").buffer) };
    // FIPS 180-2, appendix B.1.
    expect(await hashOf(file)).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    vi.stubGlobal("crypto", {});
    expect(await hashOf(file)).toBeNull();
    vi.unstubAllGlobals();
  });
});
