import { useState } from "react";

import { useAct, type RunDetailView } from "../../host";
import { Button, count, Dialog, Note, Problem, TextArea } from "../../kit";

/** Goes back to the version before, while it still lives. */
export function RollBack({ detail, close }: { readonly detail: RunDetailView; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const roll = useAct("run_rollback", { done: close });
  const { standing, row } = detail;
  return (
    <Dialog
      title={`Roll back ${row.label}`}
      lead={`${row.subject} goes back to version ${standing.oldVersion ?? ""}.`}
      close={close}
      submit={() => {
        if (reason.trim() !== "") roll.act({ run: row.run, reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Keep version {standing.newVersion}
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon="rotate-ccw" busy={roll.busy} disabled={reason.trim() === ""}>
            Roll back to version {standing.oldVersion ?? ""}
          </Button>
        </>
      }
    >
      <Note icon="rotate-ccw">
        The kept wraps of {count(standing.onNew)} DEKs under version {standing.oldVersion ?? ""} are restored and proven, then version {standing.newVersion} is disabled. Every DEK opens throughout.
      </Note>
      <TextArea label="Reason" rows={3} value={reason} onChange={(event) => { setReason(event.target.value); }} />
      {roll.error && <Problem error={roll.error} />}
    </Dialog>
  );
}
