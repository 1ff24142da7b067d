import type { ReactNode } from "react";

import type { MayView, RequestDetailView } from "../../host";
import { Button, instead, isInRegister, OPERATION, refusal } from "../../kit";
import styles from "./approvals.module.css";

type ActsProps = {
  readonly detail: RequestDetailView;
  readonly may: { readonly countersign: boolean; readonly reject: boolean; readonly start: boolean };
  readonly drifted: boolean;
  readonly busy: boolean;
  readonly decide: (decision: "approve" | "reject") => void;
  readonly start: () => void;
  readonly withdraw: () => void;
  readonly children: ReactNode;
};

/** The act, named, always in view. What is not this operator's is not there, and the reason stands in its place. */
export function Acts({ detail, may, drifted, busy, decide, start, withdraw, children }: ActsProps) {
  const { row, actions } = detail;
  const { noun, destroys } = OPERATION[row.operation];
  const alive = row.state === "open" || row.state === "approved";
  if (!alive && !actions.withdraw.allowed) return null;
  return (
    <div className={styles.act}>
      {children}
      {may.countersign && (
        <Button kind={destroys ? "danger" : "primary"} size="lg" icon="stamp" hint="C" busy={busy} onClick={() => { decide("approve"); }}>
          Countersign {noun}…
        </Button>
      )}
      {may.start && (
        <Button kind={destroys ? "danger" : "primary"} size="lg" icon="play" hint="S" busy={busy} onClick={start}>
          Start {noun}
        </Button>
      )}
      {may.reject && (
        <Button size="lg" hint="X" disabled={busy} onClick={() => { decide("reject"); }}>
          Reject…
        </Button>
      )}
      {actions.withdraw.allowed && (
        <Button size="lg" kind="ghost" disabled={busy} onClick={withdraw}>
          Withdraw…
        </Button>
      )}
      <p className="small t2 grow" data-testid="why-not">
        {sentence(detail, may, drifted)}
      </p>
    </div>
  );
}

function sentence({ row: { state, operation }, actions: { countersign, start } }: RequestDetailView, may: ActsProps["may"], drifted: boolean): string {
  if (drifted) return "Nothing can be signed or started: look at the differences.";
  if (state === "open") return may.countersign ? (isInRegister(operation) ? "With your seal it comes into force." : "Nothing runs until someone starts it after both seals.") : whyNot(countersign);
  if (may.start) return OPERATION[operation].destroys ? "Both seals are there. What it destroys does not come back." : isInRegister(operation) ? "Both seals are there. Starting it puts it into force." : "Both seals are there. Starting it changes the vault.";
  return whyNot(start);
}

function whyNot(may: MayView): string {
  if (may.reason === null) return "";
  return `${refusal(may.reason)} ${may.eligible.length > 0 ? instead(may.eligible.map((who) => who.name)) : ""}`;
}
