import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useLayoutEffect } from "react";
import { afterEach, expect, test, vi } from "vitest";

import { useFreeKeys, useKeys } from "./useKeys";

function Page() {
  useFreeKeys();
  return (
    <>
      <input aria-label="tab" type="radio" />
      <input aria-label="role" role="combobox" aria-expanded aria-controls="list" readOnly />
    </>
  );
}

afterEach(cleanup);

/** Click as a pointer does: the field has the focus by then. */
function click(label: string): HTMLElement {
  const field = screen.getByLabelText(label);
  field.focus();
  fireEvent.click(field, { detail: 1 });
  return field;
}

test("a tab gives the focus back", () => {
  render(<Page />);
  click("tab");
  expect(document.activeElement).toBe(document.body);
});

test("a list of choices keeps it, or it would close as it opens", () => {
  render(<Page />);
  expect(click("role")).toBe(document.activeElement);
});

test("Escape that closes a dialog is no key of the page, even where the focus is outside of it", () => {
  const leave = vi.fn();
  const Keys = () => {
    useKeys({ close: leave });
    return null;
  };
  render(<Keys />);
  const dialog = document.createElement("div");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  document.body.append(dialog);
  document.body.addEventListener("keydown", () => dialog.remove(), { once: true });
  fireEvent.keyDown(document.body, { key: "Escape" });
  expect(dialog.isConnected).toBe(false);
  expect(leave).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: "Escape" });
  expect(leave).toHaveBeenCalledOnce();
});

test("a key does what the page shows, however soon it is pressed", () => {
  const did: string[] = [];
  const Keys = ({ shows }: { shows: string }) => {
    useKeys({ confirm: () => did.push(shows) });
    // The page stands as it is from here on; what else follows from it has not run yet.
    useLayoutEffect(() => {
      if (shows === "a picture") fireEvent.keyDown(document.body, { key: "c" });
    });
    return null;
  };
  const { rerender } = render(<Keys shows="nothing" />);
  rerender(<Keys shows="a picture" />);
  expect(did).toEqual(["a picture"]);
});
