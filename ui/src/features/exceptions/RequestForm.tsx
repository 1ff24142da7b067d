import { useState } from "react";

import type { ExceptionFormView } from "../../host";
import { Button, clauseName, counted, DayField, fieldName, fieldProblem, FormFoot, Note, SelectField, TextArea, TextField } from "../../kit";
import { useSession } from "../../shell/session";
import { Accepting } from "./Accepting";
import { EMPTY, endOf, expiryHint, keepDraft, keptDraft, lastDay, missing, renewing, termMax, windowsOf, wishOf, type Draft, type Fill } from "./draft";
import styles from "./exceptions.module.css";
import { ScopeField } from "./ScopeField";
import { useAsking } from "./useAsking";

/** Asks for an exception: everything the policy wants is a field, and nothing can be left out. */
export function RequestForm({ form, close }: { readonly form: ExceptionFormView; readonly close: () => void }) {
  const { operator } = useSession();
  const of = form.renews;
  const [draft, setDraft] = useState<Draft>(() => (of === null ? (keptDraft() ?? { ...EMPTY, owner: operator.name }) : renewing(of)));
  const [tried, setTried] = useState(false);
  const asking = useAsking();
  const gaps = missing(draft, form);
  const fill: Fill = (change) => {
    const next = { ...draft, ...change };
    setDraft(next);
    if (of === null) keepDraft(next);
    asking.reset();
  };
  const submit = () => {
    setTried(true);
    const wish = wishOf(draft);
    if (wish === null || Object.keys(gaps).length > 0) return;
    asking.ask({ operation: { operation: "grant_exception", wish }, reason: wish.justification, changeRecord: draft.changeRecord.trim(), rollbackPlan: draft.wayBack.trim(), ...windowsOf(wish.expiresAt, form.now) });
  };
  const wrong = (field: keyof Draft) => {
    const { error } = asking;
    return error?.code === "invalid" && (WIRE[error.field] ?? error.field) === field ? `${fieldName(error.field)} ${fieldProblem(error.problem)}.` : tried ? gaps[field] : undefined;
  };
  return (
    <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className={styles.inner}>
        <h2 className={`strong wrap ${styles.formTitle ?? ""}`}>{of === null ? "Request an exception" : `Renew ${of.row.label}`}</h2>
        {of !== null && <Note icon="refresh-cw">A new exception with new seals. {of.row.label} ends with it, and both stay in the chain of {counted(of.chain.length + 1, "term")}.</Note>}
        <What draft={draft} form={form} fill={fill} wrong={wrong} fixed={of !== null} />
        <Expiry draft={draft} form={form} fill={fill} wrong={wrong} />
        <Accepting people={form.acceptors} words={form.words} />
        <div className={styles.pair}>
          <TextField label="Owner" value={draft.owner} error={wrong("owner")} autoComplete="off" hint="Sees to it that it ends" onChange={(event) => { fill({ owner: event.target.value }); }} />
          <TextField label="Change record" value={draft.changeRecord} error={wrong("changeRecord")} autoComplete="off" spellCheck={false} placeholder="CHG-" onChange={(event) => { fill({ changeRecord: event.target.value }); }} />
        </div>
      </div>
      <FormFoot
        error={asking.error}
        opened={asking.opened}
        busy={asking.busy}
        discard={() => {
          if (of === null) keepDraft(null);
          close();
        }}
        act="Sign and request"
      />
    </form>
  );
}

/** Fields of the wire under the names they have here. */
const WIRE: Record<string, keyof Draft> = { justification: "reason", rollbackPlan: "wayBack", expiresAt: "day", scope: "terms", keys: "terms" };

type Fields = { readonly draft: Draft; readonly form: ExceptionFormView; readonly fill: Fill; readonly wrong: (field: keyof Draft) => string | undefined };

function What({ draft, form, fill, wrong, fixed }: Fields & { readonly fixed: boolean }) {
  return (
    <>
      <SelectField label="Policy clause" value={draft.clause} error={wrong("clause")} disabled={fixed} onChange={(event) => { fill({ clause: event.target.value }); }}>
        <option value="">Choose…</option>
        {form.clauses.map((one) => (
          <option key={one.clause} value={one.clause}>
            {clauseName(one)} (at most {counted(one.termDaysMax, "day")})
          </option>
        ))}
      </SelectField>
      <TextField label="What is excepted" value={draft.title} error={wrong("title")} placeholder="API secret kept past 90 days" autoComplete="off" onChange={(event) => { fill({ title: event.target.value }); }} />
      <ScopeField terms={draft.terms} error={wrong("terms")} fixed={fixed} choose={(terms) => { fill({ terms }); }} />
      <TextArea label="Justification" rows={2} value={draft.reason} error={wrong("reason")} placeholder="Why can't the clause be met?" onChange={(event) => { fill({ reason: event.target.value }); }} />
      <TextArea label="Compensating controls" rows={2} value={draft.controls} error={wrong("controls")} placeholder="What limits the risk until then?" onChange={(event) => { fill({ controls: event.target.value }); }} />
      <TextArea label="Way back" rows={2} value={draft.wayBack} error={wrong("wayBack")} placeholder="How is the clause met before the date?" onChange={(event) => { fill({ wayBack: event.target.value }); }} />
    </>
  );
}

const STEPS = [7, 30, 60, 90];

/** The date, with the limit always said. The usual terms are one press away; the last is as long as the clause allows. */
function Expiry({ draft, form, fill, wrong }: Fields) {
  const max = termMax(draft, form);
  const end = endOf(draft.day);
  const steps = max === null ? [] : [...STEPS.filter((days) => days < max), max];
  return (
    <div className="stack tight">
      <DayField label="Expires on" day={draft.day} error={wrong("day")} hint={expiryHint(draft, form)} set={(day) => { fill({ day }); }} />
      {(steps.length > 0 || end !== null) && (
        <div className={`row ${styles.steps ?? ""}`}>
          {steps.map((days) => (
            <Button key={days} size="sm" onClick={() => { fill({ day: lastDay(form.now, days) }); }}>
              {counted(days, "day")}
            </Button>
          ))}
          {end !== null && <span className="end small t3 nowrap">at 17:00 UTC</span>}
        </div>
      )}
    </div>
  );
}
