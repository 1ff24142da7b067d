import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { makeQueryClient, useAct, useRead, type SealedView, type SignPlanView } from "../../host";
import { Button, counted, isInRegister, moment, Problem, Skeleton } from "../../kit";
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
            done={view.what === "plan" ? wordsOf(view.statement.act, view.statement).done : view.what === "duty" ? DUTY[view.statement.duty].done : view.what === "checkpoint" ? (view.statement.cosigns ? "Cosigned" : "Signed") : "Signed off"}
            next={view.what === "plan" ? whatNext(view.statement, confirm.view) : view.what === "duty" ? DUTY[view.statement.duty].next : view.what === "checkpoint" ? (view.statement.cosigns ? "Keep or publish it: whoever has it finds out any change of what lies under it." : "A second person cosigns it.") : view.what === "register" ? "Another person looks next time." : "It is off the review list."}
            sealed={confirm.view}
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
        ) : (
          <SigningOff key={view.statement.statementHash} context={view.statement} {...props} />
        )}
      </main>
    </>
  );
}

function whatNext(context: SignPlanView, sealed: SealedView): string {
  if (sealed.decision === "reject") return "Nothing will be executed.";
  if (sealed.missing === 0 && isInRegister(context.plan.operation)) return "All seals are given. It is in force.";
  return sealed.missing > 0 ? `${counted(sealed.missing, "seal")} still missing, until ${moment(context.approveBy)}.` : `All seals are given. The run may be started until ${moment(context.executeBy)}.`;
}
