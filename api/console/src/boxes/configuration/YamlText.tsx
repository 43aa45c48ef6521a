import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { linesOf, rangeOf } from "./draft";
import styles from "../../configuration/configuration.module.css";

interface Props {
  text: string;
  /** None: it is only read. */
  onChange?: (text: string) => void;
  /** Lines where something is wrong. */
  wrong?: ReadonlySet<number>;
  /** The line to go to; a new object goes there again. */
  goTo?: { line: number } | null;
}

/** YAML with its lines numbered; the ones where something is wrong are marked. */
export function YamlText({ text, onChange, wrong, goTo }: Props) {
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const lines = linesOf(text);
  useEffect(() => {
    const [written, around] = [area.current, frame.current];
    if (!goTo || !written || !around) return;
    const [from, to] = rangeOf(written.value, goTo.line);
    written.focus({ preventScroll: true });
    written.setSelectionRange(from, to);
    const height = around.scrollHeight / Math.max(1, linesOf(written.value));
    around.scrollTop = Math.max(0, (goTo.line - 4) * height);
  }, [goTo]);
  return (
    <div className={styles.yaml} ref={frame}>
      <ol className={styles.numbers} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <li key={index} data-wrong={wrong?.has(index + 1) ?? false}>
            {index + 1}
          </li>
        ))}
      </ol>
      <textarea
        ref={area}
        className={styles.text}
        aria-label={t("configuration.yaml")}
        value={text}
        rows={lines}
        readOnly={!onChange}
        onChange={(event) => onChange?.(event.target.value)}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        data-testid="configuration-text"
      />
    </div>
  );
}
