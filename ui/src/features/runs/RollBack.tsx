import { useState } from "react";

import { useAct, type OperationKind, type RunDetailView, type StandingView } from "../../host";
import { Button, count, Dialog, Note, OPERATION, Problem, TextArea } from "../../kit";

/** Goes back to the version before, while it still lives. */
export function RollBack({ detail, close }: { readonly detail: RunDetailView; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const roll = useAct("run_rollback", { done: close });
  const { standing, row } = detail;
  const rotatesKek = row.operation === "rotate_kek";
  return (
    <Dialog
      title={`Roll back ${row.label}`}
      lead={rotatesKek ? `${row.subject} goes back to version ${standing.oldVersion ?? ""}.` : `${row.targets > 1 ? `${count(row.targets)} ${OPERATION[row.operation].many} go` : `${row.subject} goes`} back to what was before.`}
      close={close}
      submit={() => {
        if (reason.trim() !== "") roll.act({ run: row.run, reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            {rotatesKek ? `Keep version ${standing.newVersion ?? ""}` : "Leave it as it is"}
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon="rotate-ccw" busy={roll.busy} disabled={reason.trim() === ""}>
            {rotatesKek ? `Roll back to version ${standing.oldVersion ?? ""}` : `Roll back ${OPERATION[row.operation].noun}`}
          </Button>
        </>
      }
    >
      <Note icon="rotate-ccw">
        {HOW[row.operation]?.(standing) ?? "What this run made is given up; what was before is in use again."}
      </Note>
      <TextArea label="Reason" rows={3} value={reason} onChange={(event) => { setReason(event.target.value); }} />
      {roll.error && <Problem error={roll.error} />}
    </Dialog>
  );
}

const HOW: Partial<Record<OperationKind, (standing: StandingView) => string>> = {
  rotate_kek: ({ onNew, oldVersion, newVersion }) => `The kept wraps of ${count(onNew)} DEKs under version ${oldVersion ?? ""} are restored and proven, then version ${newVersion ?? ""} is disabled. Every DEK opens throughout.`,
  rotate_dek: () => "Every token is re-encrypted under the DEK before and proven, then the new wrapped values are overwritten and removed. Every token opens throughout.",
  rotate_secret: () => "The value before is enabled again, then the new one is disabled.",
};
