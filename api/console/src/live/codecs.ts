const HEVC = 'video/mp4; codecs="hvc1.1.6.L120.B0"';

/** What this browser plays besides H.264. */
export function playableCodecs(): ("h264" | "hevc")[] {
  const plays = typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(HEVC);
  return plays ? ["h264", "hevc"] : ["h264"];
}
