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
