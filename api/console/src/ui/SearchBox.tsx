import { SearchOutlined } from "@ant-design/icons";
import { Input, type InputRef } from "antd";
import { useEffect, useImperativeHandle, useRef, useState, type ReactNode, type RefObject } from "react";

const PAUSE_MS = 300;

interface Props {
  /** What is searched for now, as the URL says. */
  text: string;
  onSearch: (text: string) => void;
  placeholder: string;
  label: string;
  className: string | undefined;
  suffix?: ReactNode;
  box?: RefObject<HTMLInputElement | null>;
  testId: string;
}

/**
 * A search that follows typing. It keeps the focus while the URL takes over what was typed: a letter
 * that fell beside the box would be a key, and one of them confirms an alert.
 */
export function SearchBox({ text, onSearch, placeholder, label, className, suffix, box, testId }: Props) {
  const [typed, setTyped] = useState(text);
  const [known, setKnown] = useState(text);
  const [sent, setSent] = useState(text);
  const input = useRef<InputRef>(null);
  useImperativeHandle(box, () => input.current?.input as HTMLInputElement, []);
  if (text !== known) {
    setKnown(text);
    // Changed by somebody else, as by "clear filters".
    if (text !== sent) {
      setTyped(text);
      setSent(text);
    }
  }
  useEffect(() => {
    if (typed.trim() === sent) return undefined;
    const timer = window.setTimeout(() => {
      setSent(typed.trim());
      onSearch(typed.trim());
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, sent, onSearch]);
  return (
    <Input
      ref={input}
      size="small"
      allowClear
      className={className ?? ""}
      prefix={<SearchOutlined aria-hidden="true" />}
      suffix={typed ? null : suffix}
      placeholder={placeholder}
      aria-label={label}
      title={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      data-testid={testId}
    />
  );
}
