/** Where to go after signing in: a path of this console and nothing else. */
export function safeReturnPath(next: string | null): string {
  if (!next?.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/start";
  return next.startsWith("/sign-in") ? "/start" : next;
}
