/* Where this page was served from: the command centre, or a box of a school that is looked at alone. */

/** The box says so in the page itself, before anything is asked. */
export function isAtBox(): boolean {
  return document.querySelector('meta[name="mingan-place"][content="box"]') !== null;
}
