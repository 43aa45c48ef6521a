/* Keeps what is looked at where it is while rows arrive and leave above it. */

interface Anchor {
  id: string;
  /** From the top of the list's window, in pixels. */
  top: number;
}

/**
 * Holds the row under the pointer, or the first visible one of a list that was scrolled: nobody may
 * aim at one alert and judge another. A list at its top that nobody points at lets rows come in.
 */
export class RowKeeper {
  private pointerY: number | null = null;
  private anchor: Anchor | null = null;
  private arrivals: ReadonlySet<string> = new Set();
  private room = 0;
  private readonly seen = new Set<string>();
  private readonly heard = new AbortController();

  /** @param onUnseen Told how many rows came in above what is shown and were not looked at yet. */
  constructor(
    private readonly list: HTMLElement,
    private readonly onUnseen: (count: number) => void,
  ) {
    const { signal } = this.heard;
    list.addEventListener("pointermove", (event) => this.point(event), { signal });
    list.addEventListener("pointerleave", () => this.leave(), { signal });
    list.addEventListener("scroll", () => this.look(), { signal, passive: true });
  }

  /** The rows changed and are laid out anew. */
  settle(arrivals: ReadonlySet<string>): void {
    this.arrivals = arrivals;
    const held = this.anchor;
    const row = held && this.rows().find((each) => each.dataset.alertId === held.id);
    if (held && row) {
      const moved = this.topOf(row) - held.top;
      if (moved > 0) this.scrollBy(moved);
    }
    this.look();
  }

  close(): void {
    this.makeRoom(0);
    this.heard.abort();
  }

  /** A short list has nowhere to scroll to, unless room is made below it. */
  private scrollBy(moved: number): void {
    const { list } = this;
    const to = list.scrollTop + moved;
    const last = list.lastElementChild as HTMLElement | null;
    const content = last ? list.scrollTop + this.topOf(last) + last.offsetHeight : 0;
    this.makeRoom(Math.max(0, to + list.clientHeight - content));
    list.scrollTop = to;
  }

  private makeRoom(px: number): void {
    this.room = px;
    this.list.style.paddingBottom = px > 0 ? `${px}px` : "";
  }

  private point(event: PointerEvent): void {
    if (event.pointerType !== "mouse") return;
    this.pointerY = event.clientY - this.list.getBoundingClientRect().top;
    this.remember();
  }

  private leave(): void {
    this.pointerY = null;
    this.remember();
  }

  private look(): void {
    if (this.room > 0 && this.list.scrollTop === 0) this.makeRoom(0);
    this.remember();
    let above = 0;
    for (const row of this.rows()) {
      const id = row.dataset.alertId ?? "";
      if (!this.arrivals.has(id) || this.seen.has(id)) continue;
      if (this.topOf(row) < -1) above += 1;
      else this.seen.add(id);
    }
    this.onUnseen(above);
  }

  private remember(): void {
    this.anchor = null;
    const from = this.pointerY ?? (this.list.scrollTop > 0 ? 1 : null);
    if (from === null) return;
    const row = this.rows().find((each) => this.topOf(each) + each.offsetHeight > from);
    if (row) this.anchor = { id: row.dataset.alertId ?? "", top: this.topOf(row) };
  }

  private topOf(row: HTMLElement): number {
    return row.getBoundingClientRect().top - this.list.getBoundingClientRect().top;
  }

  private rows(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-alert-id]")];
  }
}
