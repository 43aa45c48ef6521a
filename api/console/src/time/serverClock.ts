/* The server's clock as seen from here: a browser that is minutes off must not make an alert look
   old or a camera look fresh. */
let offsetMs = 0;

/** Learn from a moment the server has just named. Small differences are travel time, not error. */
export function observeServerTime(serverMoment: string): void {
  const difference = Date.parse(serverMoment) - Date.now();
  if (Number.isFinite(difference)) offsetMs = Math.abs(difference) < 2000 ? 0 : difference;
}

export function serverNow(): number {
  return toServerTime(Date.now());
}

/** A moment of this machine's clock as the server would have written it. */
export function toServerTime(localMoment: number): number {
  return localMoment + offsetMs;
}
