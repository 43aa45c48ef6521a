import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useReportedImage } from "./painted";
import { SEEN_AFTER_MS, useShowing } from "./useShowing";

/** A page that shows one alert's picture and says whether it may be judged. */
function Page({ id, url }: { id: string; url: string | null }) {
  const { showing, onShowing } = useShowing(id);
  const image = useReportedImage(url, (told) => onShowing(id, url, told));
  return (
    <>
      {url !== null && <img key={id} src={url} alt="still" {...image} />}
      <output>{showing}</output>
    </>
  );
}

const said = () => screen.getByRole("status").textContent;
function pass(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
}
/** Loaded, painted, looked at. */
function see(): void {
  fireEvent.load(screen.getByAltText("still"));
  pass(100);
  pass(SEEN_AFTER_MS);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("a picture", () => {
  it("is waited for until it was painted and stood for a moment", () => {
    render(<Page id="a" url="/1" />);
    pass(10_000);
    expect(said()).toBe("waiting");
    fireEvent.load(screen.getByAltText("still"));
    expect(said()).toBe("waiting");
    pass(100);
    expect(said()).toBe("waiting");
    pass(SEEN_AFTER_MS);
    expect(said()).toBe("shown");
  });

  it("of the alert before says nothing about the next, however soon it is loaded", () => {
    const { rerender } = render(<Page id="a" url="/1" />);
    see();
    rerender(<Page id="b" url="/1" />);
    expect(said()).toBe("waiting");
    fireEvent.load(screen.getByAltText("still"));
    pass(40);
    expect(said()).toBe("waiting");
  });

  it("that takes another's place has to be seen anew", () => {
    const { rerender } = render(<Page id="a" url="/1" />);
    see();
    rerender(<Page id="a" url="/2" />);
    expect(said()).toBe("waiting");
    see();
    expect(said()).toBe("shown");
  });

  it("that was replaced before it was painted counts for nothing", () => {
    const { rerender } = render(<Page id="a" url="/1" />);
    fireEvent.load(screen.getByAltText("still"));
    rerender(<Page id="a" url="/2" />);
    pass(10_000);
    expect(said()).toBe("waiting");
  });

  it("that has not come is told so, and has to be seen once it comes", () => {
    const { rerender } = render(<Page id="a" url={null} />);
    expect(said()).toBe("failed");
    rerender(<Page id="a" url="/1" />);
    expect(said()).toBe("waiting");
    see();
    expect(said()).toBe("shown");
  });

  it("that cannot be read is told so", () => {
    render(<Page id="a" url="/1" />);
    fireEvent.error(screen.getByAltText("still"));
    expect(said()).toBe("failed");
  });
});
