import { counted, SelectField, TextArea, TextField } from "../../kit";
import type { Draft } from "./draft";
import styles from "./request.module.css";

const APPROVE_HOURS = [4, 24, 48, 72, 168];
const EXECUTE_HOURS = [8, 24, 72, 168, 336];

/** Why a request is made, and by when it is to be decided. */
export type Why = Pick<Draft, "reason" | "changeRecord" | "rollbackPlan" | "approveWithinHours" | "executeWithinHours">;

export function WhyFields({ draft, fill, wrong }: { readonly draft: Why; readonly fill: (change: Partial<Why>) => void; readonly wrong: (field: keyof Why) => string | undefined }) {
  return (
    <>
      <TextArea label="Justification" rows={2} value={draft.reason} error={wrong("reason")} hint="The countersigner reads this; it is kept for ever." onChange={(event) => { fill({ reason: event.target.value }); }} />
      <TextField label="Change record" value={draft.changeRecord} error={wrong("changeRecord")} autoComplete="off" spellCheck={false} placeholder="CHG-" onChange={(event) => { fill({ changeRecord: event.target.value }); }} />
      <TextArea label="Roll-back plan" rows={2} value={draft.rollbackPlan} error={wrong("rollbackPlan")} onChange={(event) => { fill({ rollbackPlan: event.target.value }); }} />
      <div className={styles.pair}>
        <Hours label="Approve within" values={APPROVE_HOURS} value={draft.approveWithinHours} error={wrong("approveWithinHours")} choose={(approveWithinHours) => { fill({ approveWithinHours }); }} />
        <Hours label="Execute within" values={EXECUTE_HOURS} value={draft.executeWithinHours} error={wrong("executeWithinHours")} choose={(executeWithinHours) => { fill({ executeWithinHours }); }} />
      </div>
    </>
  );
}

function Hours({ label, values, value, error, choose }: { readonly label: string; readonly values: readonly number[]; readonly value: number; readonly error: string | undefined; readonly choose: (hours: number) => void }) {
  return (
    <SelectField label={label} value={String(value)} error={error} onChange={(event) => { choose(Number(event.target.value)); }}>
      {values.map((hours) => (
        <option key={hours} value={hours}>
          {hours >= 48 ? counted(hours / 24, "day") : counted(hours, "hour")}
        </option>
      ))}
    </SelectField>
  );
}
