import type { FootageGap } from "../http/types";
import { isTerm, useTerm } from "../i18n/terms";

interface Props {
  gap: FootageGap;
  /** Of words; what is for an engineer is set as code. */
  className: string | undefined;
  codeClassName: string | undefined;
}

/** Why exactly footage is missing: a reason in words where there are some, else the box's own line. */
export function GapDetail({ gap: { cause, detail }, className, codeClassName }: Props) {
  const term = useTerm();
  if (!detail) return null;
  if (!isTerm("camera_reason", detail)) return <code className={codeClassName}>{detail}</code>;
  const words = term("camera_reason", detail);
  return words === term("gap_cause", cause) ? null : <span className={className}>{words}</span>;
}
