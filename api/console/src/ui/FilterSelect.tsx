import { Select, type SelectProps } from "antd";
import { useState } from "react";

/**
 * A choice that narrows a list. Once it is made the focus goes back to the page, whose keys would
 * otherwise be typed into a closed field.
 */
export function FilterSelect<T>(props: SelectProps<T>) {
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
  };
  return (
    <Select<T>
      size="small"
      allowClear
      {...props}
      open={open}
      onOpenChange={(next) => (next ? setOpen(true) : close())}
      onKeyDown={(event) => event.key === "Escape" && close()}
      onSelect={close}
      onDeselect={close}
      onClear={close}
    />
  );
}

/** Shows the first choice by its name, and how many stand behind it. */
export const SEVERAL = {
  mode: "multiple",
  maxTagCount: 1,
  maxTagPlaceholder: (omitted: readonly unknown[]) => `+${omitted.length}`,
} as const;
