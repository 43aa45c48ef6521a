import type { useAlertControls } from "../useAlertControls";
import { DigestDialog } from "./DigestDialog";
import { NoteDialog } from "./NoteDialog";

interface Props {
  controls: ReturnType<typeof useAlertControls>;
}

/** What was opened on an alert stays, also when the alert has left the list or nothing is in it. */
export function AlertDialogs({ controls }: Props) {
  const { noting, setNoting, opening, closeDigest } = controls;
  return (
    <>
      {noting && <NoteDialog alert={noting} onClose={() => setNoting(null)} />}
      {opening && <DigestDialog alert={opening} onClose={closeDigest} />}
    </>
  );
}
