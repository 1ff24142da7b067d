import { useState, type ReactNode } from "react";

import { useKeys } from "../../commands/keys";
import { useAct, type IpcError, type OperationRequest } from "../../host";
import { fieldName, fieldProblem, FormFoot } from "../../kit";
import { PlanPreview } from "../request/Preview";
import styles from "../request/request.module.css";
import { WhyFields, type Why } from "../request/WhyFields";
import { missingWhy, NO_WHY } from "./why";
import own from "./ask.module.css";

/** What a field says is wrong with it: what is missing once it was tried, or what the host refused. */
export type WrongOf = (field: string) => string | undefined;

type AskProps = {
  /** Names the form for the keyboard's help and for screen readers. */
  readonly label: string;
  /** What is asked for, or `null` while something is missing. */
  readonly operation: OperationRequest | null;
  /** What is missing, by field. */
  readonly gaps: Readonly<Record<string, string>>;
  /** What stands in place of the plan before it can be computed. */
  readonly before: string;
  /** What is said over the plan. */
  readonly above?: ReactNode;
  /** For a form that holds a table. */
  readonly wide?: boolean;
  readonly leave: () => void;
  readonly children: (wrong: WrongOf) => ReactNode;
};

/** Asks for what changes the register alone: its own fields, why, and the plan beside them while they are being filled. */
export function Ask({ label, operation, gaps, before, above, wide, leave, children }: AskProps) {
  const [why, setWhy] = useState<Why>(NO_WHY);
  const [tried, setTried] = useState(false);
  const open = useAct("open_sign_window");
  const write = useAct("draft_request", { done: (view) => { open.act({ subject: { sign: "draft", draft: view.draft } }); } });
  const error = write.error ?? open.error;
  const all: Readonly<Record<string, string>> = { ...gaps, ...missingWhy(why) };
  const wrong = wrongOf(error, tried ? all : {});
  const submit = () => {
    setTried(true);
    if (operation === null || Object.keys(all).length > 0) return;
    write.act({ operation, ...why, reason: why.reason.trim(), changeRecord: why.changeRecord.trim(), rollbackPlan: why.rollbackPlan.trim() });
  };
  useKeys(label, [{ keys: "Escape", label: "Back", act: leave, shown: true }]);
  const { approveWithinHours, executeWithinHours } = why;
  return (
    <form className={`${styles.page ?? ""} ${wide === true ? (own.wide ?? "") : ""}`} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <section className={styles.form} aria-label="What is asked for" data-region="form">
        <div className={styles.fields}>
          {children(wrong)}
          <WhyFields draft={why} fill={(change) => { setWhy({ ...why, ...change }); write.reset(); open.reset(); }} wrong={wrong} />
        </div>
        <FormFoot error={error} opened={open.view !== undefined} busy={write.busy || open.busy} missing={tried ? Object.values(gaps) : []} discard={leave} act="Seal and submit…" />
      </section>
      <PlanPreview plan={operation && { operation, approveWithinHours, executeWithinHours }} before={before} above={above} />
    </form>
  );
}

function wrongOf(error: IpcError | undefined, gaps: Readonly<Record<string, string>>): WrongOf {
  return (field) => (error?.code === "invalid" && error.field === field ? `${fieldName(field)} ${fieldProblem(error.problem)}.` : gaps[field]);
}
