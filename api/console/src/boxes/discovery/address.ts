/* What somebody wrote or pasted as a device's address, as the command centre takes it. */

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][^\s@]*)?$/;

export type Written = { address: string } | { wrong: "empty" | "credential" | "none" };

/** `maker://host…`; an address of a stream stays one, a browser's address becomes the maker's. */
export function addressOf(maker: string, written: string): Written {
  const text = written.trim();
  if (!text) return { wrong: "empty" };
  if (text.includes("@")) return { wrong: "credential" };
  const [, scheme = "", rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  if (!HOST.test(rest)) return { wrong: "none" };
  switch (scheme.toLowerCase()) {
    case "":
      return { address: `${maker}://${maker === "rtsp" ? rest : rest.replace(/\/$/, "")}` };
    case "rtsp":
    case "rtsps":
      return { address: `${scheme.toLowerCase()}://${rest}` };
    case "http":
    case "https": {
      if (maker === "rtsp") return { wrong: "none" };
      const host = rest.split(/[/?]/)[0] ?? "";
      return { address: `${maker}${scheme.toLowerCase() === "https" ? "+https" : ""}://${host}` };
    }
    default:
      return { wrong: "none" };
  }
}

const NETWORK = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Whether a text is a network of at most 4096 private addresses, as `192.168.1.0/24`, and no address in it. */
export function isNetwork(text: string): boolean {
  const [a = 256, b = 256, c = 256, d = 256, bits = 0] = (NETWORK.exec(text)?.slice(1) ?? []).map(Number);
  if ([a, b, c, d].some((each) => each > 255) || bits < 20 || bits > 32) return false;
  const isPrivate =
    a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254);
  return isPrivate && (((a * 256 + b) * 256 + c) * 256 + d) % 2 ** (32 - bits) === 0;
}
