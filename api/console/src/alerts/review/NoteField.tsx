import { Input } from "antd";

/** As the API bounds it. */
const NOTE_LENGTH = 1000;

interface Props {
  value: string;
  onChange: (value: string) => void;
  label: string;
  testId: string;
  /** Ctrl or Cmd with Enter. */
  onSave?: () => void;
  /** Whether the keyboard starts here. */
  focused?: true;
}

/** Why a judgement is right, or what else there is to say, in the reviewer's words. */
export function NoteField({ value, onChange, label, testId, onSave, focused }: Props) {
  return (
    <Input.TextArea
      value={value}
      onChange={(event) => onChange(event.target.value)}
      maxLength={NOTE_LENGTH}
      autoSize={{ minRows: 2, maxRows: 6 }}
      placeholder={label}
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog of one field
      autoFocus={focused === true}
      onPressEnter={(event) => {
        if (onSave && (event.ctrlKey || event.metaKey)) onSave();
      }}
      data-testid={testId}
    />
  );
}
