import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { makeQueryClient, useAct, useRead } from "../../host";
import { Button, Problem, Skeleton } from "../../kit";
import { Boundary } from "../../shell/Boundary";
import { Band } from "../../shell/EnvironmentTab";
import { Sealed } from "./Sealed";
import { Sealing } from "./Sealing";
import styles from "./sign.module.css";

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
  return (
    <>
      <Band environment={view.custody.environment} />
      <main className={styles.window} aria-label="Sign">
        {confirm.view ? (
          <Sealed context={view} sealed={confirm.view} close={close} />
        ) : (
          <Sealing key={view.planHash} context={view} error={confirm.error} busy={confirm.busy} confirm={confirm.act} keep={close} again={again} />
        )}
      </main>
    </>
  );
}
