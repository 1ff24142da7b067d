import { useState } from "react";

import type { KeyId, KeyState, KeyType, SharedKeysView } from "../../host";
import { Button, counted, day as dayWord, DayField, fieldName, fieldProblem, FormFoot, TextArea, TextField } from "../../kit";
import { KeyField } from "../request/KeyField";
import { endOf, lastDay, windowsOf } from "./draft";
import styles from "./exceptions.module.css";
import { Accepting } from "./Accepting";
import { useAsking } from "./useAsking";

/** Every type but a DEK: that one serves one integration of one tenant, and no decision changes it. */
const SHAREABLE: readonly KeyType[] = ["kek", "database_key", "cloud_key", "tls_certificate", "api_secret", "api_signing_key", "token_signing_key", "backup_key", "ai_service_key", "generic_secret"];
const LIVE: readonly KeyState[] = ["pre_active", "active", "suspended"];

type Draft = { readonly key: string; readonly decisionRecord: string; readonly reason: string; readonly controls: string; readonly wayBack: string; readonly day: string; readonly changeRecord: string };

/** Asks that a key may serve several tenants. */
export function ShareForm({ view, of, close }: { readonly view: SharedKeysView; readonly of: KeyId | ""; readonly close: () => void }) {
  const before = view.rows.find((row) => row.key.key === of && row.decisionRecord !== "");
  const [draft, setDraft] = useState<Draft>({ key: of, decisionRecord: before?.decisionRecord ?? "", reason: before?.justification ?? "", controls: before?.controls ?? "", wayBack: "", day: "", changeRecord: "" });
  const [tried, setTried] = useState(false);
  const asking = useAsking();
  const gaps = missing(draft, view);
  const fill = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    asking.reset();
  };
  const wrong = (field: keyof Draft) => {
    const { error } = asking;
    return error?.code === "invalid" && (WIRE[error.field] ?? error.field) === field ? `${fieldName(error.field)} ${fieldProblem(error.problem)}.` : tried ? gaps[field] : undefined;
  };
  const submit = () => {
    setTried(true);
    const reviewBy = endOf(draft.day);
    if (reviewBy === null || Object.keys(gaps).length > 0) return;
    const wish = { key: draft.key as KeyId, decisionRecord: draft.decisionRecord.trim(), justification: draft.reason.trim(), controls: draft.controls.trim(), reviewBy };
    asking.ask({ operation: { operation: "share_key", wish }, reason: wish.justification, changeRecord: draft.changeRecord.trim(), rollbackPlan: draft.wayBack.trim(), ...windowsOf(reviewBy, view.now) });
  };
  return (
    <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className={styles.inner}>
        <h2 className={`strong wrap ${styles.formTitle ?? ""}`}>Let a key serve several tenants</h2>
        <KeyField label="Key" types={SHAREABLE} states={LIVE} value={draft.key} error={wrong("key")} hint="A DEK can't be shared: it serves one integration of one tenant." choose={(key) => { fill({ key }); }} />
        <TextField label="Decision record" value={draft.decisionRecord} error={wrong("decisionRecord")} autoComplete="off" placeholder="ADR-031, shared gateway" hint="The architectural decision that this rests on" onChange={(event) => { fill({ decisionRecord: event.target.value }); }} />
        <TextArea label="Justification" rows={3} value={draft.reason} error={wrong("reason")} placeholder="Why does one key serve them all?" onChange={(event) => { fill({ reason: event.target.value }); }} />
        <TextArea label="Compensating controls" rows={2} value={draft.controls} error={wrong("controls")} placeholder="What keeps the tenants apart?" onChange={(event) => { fill({ controls: event.target.value }); }} />
        <TextArea label="Way back" rows={2} value={draft.wayBack} error={wrong("wayBack")} placeholder="How would each get a key of its own?" onChange={(event) => { fill({ wayBack: event.target.value }); }} />
        <DayField label="Review by" day={draft.day} error={wrong("day")} hint={`At most ${counted(view.termDaysMax, "day")}: no later than ${limitOf(view)}. From then on it counts no more.`} set={(day) => { fill({ day }); }} />
        <div className={`row ${styles.steps ?? ""}`}>
          {[90, 180, view.termDaysMax].filter((days, at, all) => days <= view.termDaysMax && all.indexOf(days) === at).map((days) => (
            <Button key={days} size="sm" onClick={() => { fill({ day: lastDay(view.now, days) }); }}>
              {counted(days, "day")}
            </Button>
          ))}
        </div>
        <Accepting people={view.acceptors} words={view.words} />
        <TextField label="Change record" value={draft.changeRecord} error={wrong("changeRecord")} autoComplete="off" spellCheck={false} placeholder="CHG-" onChange={(event) => { fill({ changeRecord: event.target.value }); }} />
      </div>
      <FormFoot error={asking.error} opened={asking.opened} busy={asking.busy} discard={close} act="Sign and request" />
    </form>
  );
}

const WIRE: Record<string, keyof Draft> = { justification: "reason", rollbackPlan: "wayBack", reviewBy: "day", expiresAt: "day" };

function limitOf(view: SharedKeysView): string {
  const end = endOf(lastDay(view.now, view.termDaysMax));
  return end === null ? "" : dayWord(end);
}

function missing(draft: Draft, view: SharedKeysView): Partial<Record<keyof Draft, string>> {
  const gaps: Partial<Record<keyof Draft, string>> = {};
  const empty = (text: string) => text.trim() === "";
  if (draft.key === "") gaps.key = "Choose the key.";
  if (empty(draft.decisionRecord)) gaps.decisionRecord = "Name the decision record.";
  if (empty(draft.reason)) gaps.reason = "Write why it serves several tenants.";
  if (empty(draft.controls)) gaps.controls = "Write at least one control that is in place today.";
  if (empty(draft.wayBack)) gaps.wayBack = "Write how each would get a key of its own.";
  if (empty(draft.changeRecord)) gaps.changeRecord = "A request needs a change record.";
  const end = endOf(draft.day);
  if (draft.day.trim() === "") gaps.day = "An entry needs the date of its review.";
  else if (end === null) gaps.day = "Write the day as 2027-01-15.";
  else if (BigInt(end) <= BigInt(view.now)) gaps.day = "This date is past.";
  else if (draft.day.trim() > lastDay(view.now, view.termDaysMax)) gaps.day = `This is later than ${limitOf(view)}.`;
  return gaps;
}
