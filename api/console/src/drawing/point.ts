/* Places on a picture that somebody draws on, as fractions of it, y downwards. */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** As the server rounds; what is shown before and after saving is the same. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Where on the picture somebody points. */
export function pointed(event: { clientX: number; clientY: number }, box: DOMRect): Point {
  return {
    x: rounded(clamp((event.clientX - box.left) / box.width, 0, 1), 4),
    y: rounded(clamp((event.clientY - box.top) / box.height, 0, 1), 4),
  };
}

export function isWithin(event: { clientX: number; clientY: number }, box: DOMRect): boolean {
  return (
    event.clientX >= box.left &&
    event.clientX <= box.right &&
    event.clientY >= box.top &&
    event.clientY <= box.bottom
  );
}
