import { describe, expect, it } from "vitest";

import { addressOf } from "./address";

describe("an address of a device", () => {
  it.each([
    ["hikvision", "192.168.1.64", "hikvision://192.168.1.64"],
    ["dahua", " 192.168.1.64:8080/ ", "dahua://192.168.1.64:8080"],
    ["uniview", "192.168.1.64?channels=16", "uniview://192.168.1.64?channels=16"],
    ["rtsp", "192.168.1.64:554/live?x=1", "rtsp://192.168.1.64:554/live?x=1"],
    ["hikvision", "RTSPS://192.168.1.64/live", "rtsps://192.168.1.64/live"],
    ["hikvision", "http://192.168.1.64/doc/page/login.asp", "hikvision://192.168.1.64"],
    ["hikvision", "https://192.168.1.64:8443", "hikvision+https://192.168.1.64:8443"],
  ])("of %s, written as %s", (maker, written, address) => {
    expect(addressOf(maker, written)).toEqual({ address });
  });

  it.each([
    ["hikvision", "  ", "empty"],
    ["hikvision", "rtsp://admin:hunter2@192.168.1.64/", "credential"],
    ["hikvision", "192.168.1.64 x", "none"],
    ["hikvision", "ftp://192.168.1.64", "none"],
    ["hikvision", "fe80::1", "none"],
    ["rtsp", "http://192.168.1.64/live", "none"],
  ])("of %s is none: %s", (maker, written, wrong) => {
    expect(addressOf(maker, written)).toEqual({ wrong });
  });
});
