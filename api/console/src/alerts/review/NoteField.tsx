import { Input } from "antd";

/** As the API bounds it. */
const NOTE_LENGTH = 1000;

interface Props {
  value: string;
  onChange: (value: string) => void;
  label: string;
  testId: string;
}

/** Why a judgement is right, in the reviewer's words. */
export function NoteField({ value, onChange, label, testId }: Props) {
  return (
    <Input.TextArea
      value={value}
      onChange={(event) => onChange(event.target.value)}
      maxLength={NOTE_LENGTH}
      autoSize={{ minRows: 2, maxRows: 6 }}
      placeholder={label}
      aria-label={label}
      data-testid={testId}
    />
  );
}
