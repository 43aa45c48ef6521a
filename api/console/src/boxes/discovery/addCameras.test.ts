import { describe, expect, it } from "vitest";

import type { CandidateView, ScanAccount } from "../../http/types";
import { freeId, idsOf, isKnown, itemOf, withCameras } from "./addCameras";

const URL = "rtsp://192.168.1.64:554/Streaming/Channels/101";
const CANDIDATE: CandidateView = {
  number: 0,
  key: "k",
  address: "192.168.1.64",
  maker: "hikvision",
  model: "",
  channel: "1",
  name: "大门",
  main: { url: URL, codec: "h264", width: 1920, height: 1080, fps: 25, gop_s: 2, bitrate_kbit_s: 4000 },
  sub: null,
  clock_ahead_s: 0,
  troubles: [],
  has_picture: true,
  yaml: `- id: cam-192-168-1-64-1\n  name: 大门\n  rules:\n  - type: crowding\n    id: night\n    name: x\n  source:\n    type: rtsp\n    url: ${URL}\n`,
};
const ACCOUNT: ScanAccount = {
  name: "school",
  username: "viewer",
  password_env: "SCHOOL_CAMERAS",
  password_file: null,
};

describe("cameras written into a configuration", () => {
  it("come at the end of the list, as deep as the others, and remarks stay", () => {
    const text = "site: {}\ncameras:\n  # the gate\n  - id: gate\n    name: 北门\n\n# below\nlive: {}\n";
    const item = itemOf({ candidate: CANDIDATE, id: "yard", name: 'He said "yes"' }, ACCOUNT);
    expect(withCameras(text, [item])).toBe(
      "site: {}\ncameras:\n  # the gate\n  - id: gate\n    name: 北门\n" +
        `  - id: "yard"\n    name: "He said \\"yes\\""\n    rules:\n    - type: crowding\n      id: night\n      name: x\n    source:\n      type: rtsp\n      url: ${URL}\n` +
        '      username: "viewer"\n      password_env: "SCHOOL_CAMERAS"\n\n# below\nlive: {}\n',
    );
  });

  it("stand in the first column where the others do, also at the end and in an empty list", () => {
    const item = ["- id: yard"];
    expect(withCameras("cameras:\n- id: gate\n  name: x\n", [item])).toBe(
      "cameras:\n- id: gate\n  name: x\n- id: yard\n",
    );
    expect(withCameras("cameras: []\nlive: {}", [item])).toBe("cameras:\n- id: yard\nlive: {}");
    expect(withCameras("cameras:", [item])).toBe("cameras:\n- id: yard");
  });

  it("are refused where the list is written in one line", () => {
    expect(withCameras("cameras: [{id: gate}]\n", [["- id: yard"]])).toBeNull();
    expect(withCameras("site: {}\n", [["- id: yard"]])).toBeNull();
  });

  it("get an id that nobody has", () => {
    const taken = idsOf("cameras:\n  - id: cam-192-168-1-64-1\n  - name: x\n    id: 'gate'\n");
    expect([...taken]).toEqual(["cam-192-168-1-64-1", "gate"]);
    expect(freeId(CANDIDATE.yaml ?? "", taken)).toBe("cam-192-168-1-64-1-2");
    expect(freeId(CANDIDATE.yaml ?? "", new Set())).toBe("cam-192-168-1-64-1");
  });

  it("are known by their main stream, whole", () => {
    expect(isKnown(CANDIDATE, `url: '${URL}'`)).toBe(true);
    expect(isKnown(CANDIDATE, `url: ${URL}0`)).toBe(false);
    expect(isKnown({ ...CANDIDATE, main: null }, `url: ${URL}`)).toBe(false);
  });
});
