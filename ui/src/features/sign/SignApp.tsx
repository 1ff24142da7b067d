import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { makeQueryClient, useAct, useRead, type SealedView, type SignContextView, type SignPlanView } from "../../host";
import { Button, count, counted, isInRegister, moment, Problem, Skeleton } from "../../kit";
import { Boundary } from "../../shell/Boundary";
import { Band } from "../../shell/EnvironmentTab";
import { wordsOf } from "./act";
import { Duty } from "./Duty";
import { DUTY } from "./dutyWords";
import { Sealed } from "./Sealed";
import { Sealing } from "./Sealing";
import styles from "./sign.module.css";
import { SigningCheckpoint } from "./SigningCheckpoint";
import { SigningOff } from "./SigningOff";
import { SigningRegister } from "./SigningRegister";
import { SigningRecord, SigningReview } from "./SigningReview";

export function SignApp() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Boundary>
        <SignWindow />
      </Boundary>
    </QueryClientProvider>
  );
}

/** The small window in which a seal is given. It shows what the host read, by itself, for this one signature. */
function SignWindow() {
  const { view, error, again } = useRead("sign_context", {}, { keep: false });
  const cancel = useAct("sign_cancel");
  const confirm = useAct("sign_confirm");
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !confirm.busy) cancel.act({});
    };
    window.addEventListener("keydown", leave);
    return () => {
      window.removeEventListener("keydown", leave);
    };
  });
  const close = () => {
    cancel.act({});
  };
  if (view === undefined) {
    return (
      <main className={styles.window} aria-label="Sign">
        <div className={styles.body}>{error ? <Problem error={error} again={again} /> : <Skeleton label="Reading what is to be signed" />}</div>
        <footer className={styles.foot}>
          <Button size="lg" onClick={close} hint="Esc">
            Close
          </Button>
        </footer>
      </main>
    );
  }
  const { statement } = view;
  const props = { error: confirm.error, busy: confirm.busy, confirm: confirm.act, keep: close, again };
  return (
    <>
      <Band environment={statement.custody.environment} />
      <main className={styles.window} aria-label="Sign">
        {confirm.view ? (
          <Sealed
            signer={statement.signer}
            done={doneWords(view)}
            next={nextWords(view, confirm.view)}
            sealed={view.what === "transitions" ? { ...confirm.view, label: `entries ${count(view.statement.after + 1)} to ${count(view.statement.until)}` } : view.what === "record" ? { ...confirm.view, label: view.statement.evidenceName } : confirm.view}
            close={close}
          />
        ) : view.what === "plan" ? (
          <Sealing key={view.statement.planHash} context={view.statement} {...props} />
        ) : view.what === "duty" ? (
          <Duty key={view.statement.statementHash} context={view.statement} {...props} />
        ) : view.what === "checkpoint" ? (
          <SigningCheckpoint key={view.statement.statementHash} context={view.statement} {...props} />
        ) : view.what === "register" ? (
          <SigningRegister key={view.statement.statementHash} context={view.statement} {...props} />
        ) : view.what === "transitions" ? (
          <SigningReview key={view.statement.statementHash} context={view.statement} {...props} />
        ) : view.what === "record" ? (
          <SigningRecord key={view.statement.statementHash} context={view.statement} {...props} />
        ) : (
          <SigningOff key={view.statement.statementHash} context={view.statement} {...props} />
        )}
      </main>
    </>
  );
}

/** What was done, in a word or two. */
function doneWords(view: SignContextView): string {
  switch (view.what) {
    case "plan":
      return wordsOf(view.statement.act, view.statement).done;
    case "duty":
      return DUTY[view.statement.duty].done;
    case "checkpoint":
      return view.statement.cosigns ? "Cosigned" : "Signed";
    case "transitions":
      return view.statement.first === null ? "Review signed" : "Review closed";
    case "record":
      return "Recorded";
    default:
      return "Signed off";
  }
}

/** What happens next. */
function nextWords(view: SignContextView, sealed: SealedView): string {
  switch (view.what) {
    case "plan":
      return whatNext(view.statement, sealed);
    case "duty":
      return DUTY[view.statement.duty].next;
    case "register":
      return "Another person looks next time.";
    case "checkpoint":
      return view.statement.cosigns ? "Keep or publish it: whoever has it finds out any change of what lies under it." : "A second person cosigns it.";
    case "transitions":
      return view.statement.first === null ? "The other lead closes it." : "The checkpoint has both signatures.";
    case "record":
      return "It counts once another person has looked at it.";
    default:
      return "It is off the review list.";
  }
}

function whatNext(context: SignPlanView, sealed: SealedView): string {
  if (sealed.decision === "reject") return "Nothing will be executed.";
  if (sealed.missing === 0 && isInRegister(context.plan.operation)) return "All seals are given. It is in force.";
  return sealed.missing > 0 ? `${counted(sealed.missing, "seal")} still missing, until ${moment(context.approveBy)}.` : `All seals are given. The run may be started until ${moment(context.executeBy)}.`;
}
