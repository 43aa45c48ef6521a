/* One person's place in a meeting: what they send over one connection, whom they receive over another.
   What is said of both goes through the command centre; the browser never speaks with the engine. */
import type { MeetingEntered, MeetingEventView, MeetingFeed, MeetingSignal } from "../http/types";
import { toProblem } from "../http/problem";

/** How the command centre is spoken to; tests bring their own. */
export interface Wire {
  signal: (said: MeetingSignal) => Promise<unknown>;
  events: () => Promise<{ items: MeetingEventView[] }>;
  leave: () => Promise<unknown>;
}

/** Why one is in the room no more. */
export type Ending = "left" | "gone" | "removed" | "ended";

export interface Other {
  username: string;
  stream: MediaStream;
  hasPicture: boolean;
}

export interface RoomState {
  others: ReadonlyMap<number, Other>;
  /** What one sends arrives. */
  isUp: boolean;
  /** The engine, or the way to the command centre, is not there; it is asked again. */
  isAway: boolean;
  ending: Ending | null;
}

const AGAIN_MS = 2000;
/** Addresses of this browser are known at once; nobody waits longer for what does not come. */
const GATHERED_MS = 1500;

/** Until all ways to this browser stand in its description: the engine hears of no further ones. */
function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERED_MS);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

export class RoomClient {
  private readonly sender = new RTCPeerConnection();
  private receiver: RTCPeerConnection | null = null;
  private readonly others = new Map<number, Other>();
  /** Whose picture or sound each section of the last offer is. */
  private readonly feedOfMid = new Map<string, number>();
  private readonly wanted = new Set<number>();
  private isAsking = false;
  private isUp = false;
  private isAway = false;
  private ending: Ending | null = null;
  private readonly audio = this.sender.addTransceiver("audio", { direction: "sendonly" });
  private readonly video = this.sender.addTransceiver("video", { direction: "sendonly" });

  constructor(
    entry: MeetingEntered,
    private readonly wire: Wire,
    private readonly onChange: (state: RoomState) => void,
  ) {
    this.meet(entry.feeds);
  }

  /** Sends, and hears what happens until it is over. */
  async run(tracks: readonly MediaStreamTrack[]): Promise<void> {
    for (const track of tracks) {
      await (track.kind === "audio" ? this.audio : this.video).sender.replaceTrack(track);
    }
    await this.sender.setLocalDescription(await this.sender.createOffer());
    await gathered(this.sender);
    await this.wire.signal({ kind: "publish", sdp: this.sender.localDescription?.sdp ?? "" });
    void this.askForWanted();
    while (this.ending === null) await this.hear();
  }

  /** Another picture from now on, or none. */
  show(track: MediaStreamTrack | null): Promise<void> {
    return this.video.sender.replaceTrack(track);
  }

  leave(): void {
    if (this.ending !== null) return;
    this.end("left");
    void this.wire.leave().catch(() => undefined);
  }

  private async hear(): Promise<void> {
    try {
      const { items } = await this.wire.events();
      if (this.ending !== null) return;
      this.isAway = false;
      for (const event of items) await this.take(event);
    } catch (error) {
      if (this.ending !== null) return;
      const problem = toProblem(error, undefined);
      if (problem.code === "entry_gone" || problem.status === 401) return this.end("gone");
      this.isAway = true;
      this.tell();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      return;
    }
    this.tell();
  }

  private async take(event: MeetingEventView): Promise<void> {
    switch (event.kind) {
      case "answer":
        await this.sender.setRemoteDescription({ type: "answer", sdp: event.sdp ?? "" });
        break;
      case "offer":
        for (const track of event.tracks) this.feedOfMid.set(track.mid, track.feed);
        await this.answer(event.sdp ?? "");
        break;
      case "feeds":
        this.meet(event.feeds);
        void this.askForWanted();
        break;
      case "gone":
        for (const { feed } of event.feeds) this.forget(feed);
        break;
      case "up":
        if (event.is_sender) this.isUp = true;
        break;
      case "down":
        this.end("gone");
        void this.wire.leave().catch(() => undefined);
        break;
      case "unchanged":
        this.isAsking = false;
        void this.askForWanted();
        break;
      case "refused":
        this.receiveAnew();
        break;
      case "removed":
        this.end("removed");
        break;
      case "ended":
        this.end("ended");
        break;
    }
  }

  private meet(feeds: readonly MeetingFeed[]): void {
    for (const { feed, username } of feeds) {
      this.others.set(feed, { username, stream: new MediaStream(), hasPicture: false });
      this.wanted.add(feed);
    }
  }

  private forget(feed: number): void {
    this.others.delete(feed);
    this.wanted.delete(feed);
  }

  /** One question at a time: the next goes out once the offer that follows was answered. */
  private async askForWanted(): Promise<void> {
    if (this.isAsking || this.wanted.size === 0 || this.ending !== null) return;
    this.isAsking = true;
    const added = [...this.wanted];
    this.wanted.clear();
    try {
      await this.wire.signal({ kind: "watch", added });
    } catch {
      this.isAsking = false;
      for (const feed of added) if (this.others.has(feed)) this.wanted.add(feed);
      setTimeout(() => void this.askForWanted(), AGAIN_MS);
    }
  }

  private async answer(sdp: string): Promise<void> {
    const connection = (this.receiver ??= this.makeReceiver());
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered(connection);
    await this.wire.signal({ kind: "answer", sdp: connection.localDescription?.sdp ?? "" });
    this.isAsking = false;
    void this.askForWanted();
  }

  private makeReceiver(): RTCPeerConnection {
    const connection = new RTCPeerConnection();
    connection.addEventListener("track", ({ track, transceiver }) => {
      const feed = transceiver.mid === null ? undefined : this.feedOfMid.get(transceiver.mid);
      const other = feed === undefined ? undefined : this.others.get(feed);
      if (feed === undefined || !other) return;
      other.stream.addTrack(track);
      const told = () => {
        const now = this.others.get(feed);
        if (now && track.kind === "video") {
          this.others.set(feed, { ...now, hasPicture: !track.muted && track.readyState === "live" });
        }
        this.tell();
      };
      for (const kind of ["mute", "unmute", "ended"]) track.addEventListener(kind, told);
      told();
    });
    return connection;
  }

  /** All that was received is gone; everybody who sends is asked for once more. */
  private receiveAnew(): void {
    this.receiver?.close();
    this.receiver = null;
    this.feedOfMid.clear();
    for (const [feed, { username }] of this.others) {
      this.others.set(feed, { username, stream: new MediaStream(), hasPicture: false });
      this.wanted.add(feed);
    }
    this.isAsking = false;
    setTimeout(() => void this.askForWanted(), AGAIN_MS);
  }

  private end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    this.isUp = false;
    this.others.clear();
    this.sender.close();
    this.receiver?.close();
    this.tell();
  }

  private tell(): void {
    const { isUp, isAway, ending } = this;
    this.onChange({ others: new Map(this.others), isUp, isAway, ending });
  }
}
