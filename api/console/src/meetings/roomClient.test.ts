import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "../http/problem";
import type { MeetingEventView, MeetingSignal } from "../http/types";
import { RoomClient, type RoomState } from "./roomClient";

class Connection extends EventTarget {
  static all: Connection[] = [];
  iceGatheringState = "complete";
  localDescription: { sdp: string } | null = null;
  remote: string[] = [];
  closed = false;
  constructor() {
    super();
    Connection.all.push(this);
  }
  addTransceiver() {
    return { sender: { replaceTrack: () => Promise.resolve() } };
  }
  createOffer() {
    return Promise.resolve({ type: "offer", sdp: "own offer" });
  }
  createAnswer() {
    return Promise.resolve({ type: "answer", sdp: "own answer" });
  }
  setLocalDescription(told: { sdp: string }) {
    this.localDescription = told;
    return Promise.resolve();
  }
  setRemoteDescription(told: { sdp: string }) {
    this.remote.push(told.sdp);
    return Promise.resolve();
  }
  close() {
    this.closed = true;
  }
}

class Stream {
  tracks: unknown[] = [];
  addTrack(track: unknown) {
    this.tracks.push(track);
  }
}

function event(kind: MeetingEventView["kind"], more: Partial<MeetingEventView> = {}): MeetingEventView {
  return { kind, is_sender: true, sdp: null, feeds: [], tracks: [], ...more };
}

function room(script: (MeetingEventView[] | Error)[], feeds: { feed: number; username: string }[] = []) {
  const said: MeetingSignal[] = [];
  const states: RoomState[] = [];
  const client = new RoomClient(
    { entry_id: 1, feeds },
    {
      signal: (each) => {
        said.push(each);
        return Promise.resolve();
      },
      events: () => {
        const next = script.shift() ?? [event("ended")];
        return next instanceof Error ? Promise.reject(next) : Promise.resolve({ items: next });
      },
      leave: () => Promise.resolve(),
    },
    (state) => states.push(state),
  );
  return { client, said, states };
}

beforeEach(() => {
  Connection.all = [];
  vi.stubGlobal("RTCPeerConnection", Connection);
  vi.stubGlobal("MediaStream", Stream);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("one's place in a meeting", () => {
  it("is offered, answered, and ended", async () => {
    const { client, said, states } = room([[event("answer", { sdp: "theirs" })], [event("up")]]);
    await client.run([]);
    expect(said).toEqual([{ kind: "publish", sdp: "own offer" }]);
    expect(Connection.all[0]?.remote).toEqual(["theirs"]);
    expect(states.map((state) => state.isUp)).toContain(true);
    expect(states.at(-1)?.ending).toBe("ended");
    expect(Connection.all.every((each) => each.closed)).toBe(true);
  });

  it("receives who is there, then who comes, one question at a time", async () => {
    const offer = event("offer", { is_sender: false, sdp: "offer", tracks: [{ mid: "0", feed: 7, kind: "video" }] });
    const comes = event("feeds", { feeds: [{ feed: 8, username: "b" }] });
    const { client, said } = room([[comes], [offer]], [{ feed: 7, username: "a" }]);
    await client.run([]);
    expect(said.slice(1)).toEqual([
      { kind: "watch", added: [7] },
      { kind: "answer", sdp: "own answer" },
      { kind: "watch", added: [8] },
    ]);
  });

  it("forgets who is gone", async () => {
    const gone = event("gone", { feeds: [{ feed: 7, username: "" }] });
    const { client, states } = room([[], [gone], []], [{ feed: 7, username: "a" }]);
    await client.run([]);
    expect(states.map((state) => state.others.size)).toEqual([1, 0, 0, 0, 0]);
  });

  it("receives everybody anew when it was refused", async () => {
    vi.useFakeTimers();
    const refused = event("refused", { is_sender: false });
    const later: MeetingEventView[][] = Array.from({ length: 3 }, () => []);
    const { client, said } = room([[refused], new Problem("engine_away", 503, ""), ...later], [
      { feed: 7, username: "a" },
    ]);
    const running = client.run([]);
    await vi.advanceTimersByTimeAsync(5000);
    await running;
    expect(said.slice(1)).toEqual([
      { kind: "watch", added: [7] },
      { kind: "watch", added: [7] },
    ]);
  });

  it("asks for the next when nothing is offered", async () => {
    const comes = event("feeds", { feeds: [{ feed: 8, username: "b" }] });
    const unchanged = event("unchanged", { is_sender: false });
    const { client, said } = room([[comes], [unchanged], []], [{ feed: 7, username: "a" }]);
    await client.run([]);
    expect(said.at(-1)).toEqual({ kind: "watch", added: [8] });
  });

  it("is over when what one sends is lost, and says what came first", async () => {
    const { client, states } = room([[event("removed"), event("down")]]);
    await client.run([]);
    expect(states.at(-1)?.ending).toBe("removed");
    const lost = room([[event("down")]]);
    await lost.client.run([]);
    expect(lost.states.at(-1)?.ending).toBe("gone");
  });

  it("goes on asking while the engine is away, and says so", async () => {
    vi.useFakeTimers();
    const away = new Problem("engine_away", 503, "");
    const { client, states } = room([away, []]);
    const running = client.run([]);
    await vi.advanceTimersByTimeAsync(2500);
    await running;
    expect(states.map((state) => state.isAway).slice(0, 2)).toEqual([true, false]);
  });

  it("is over once the command centre knows of it no more", async () => {
    const { client, states } = room([new Problem("entry_gone", 404, "")]);
    await client.run([]);
    expect(states.at(-1)?.ending).toBe("gone");
  });

  it("is left once", async () => {
    const { client, states } = room([[]]);
    client.leave();
    client.leave();
    await client.run([]).catch(() => undefined);
    expect(states.filter((state) => state.ending === "left")).toHaveLength(1);
  });
});
