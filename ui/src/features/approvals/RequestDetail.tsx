import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { useAct, useRead, type RecheckView, type RequestDetailView, type RequestRowView } from "../../host";
import { Ago, Button, Chip, clock, counted, Differences, duration, Erasure, Hash, Icon, listed, longMoment, Note, PlanChanges, PlanFacts, Problem, Reading, REQUEST_STATE, requestTitle, ROLE, RUN_STATE, shortDay, Status, useNow } from "../../kit";
import { go, href } from "../../routes/route";
import { Acts } from "./Acts";
import styles from "./approvals.module.css";
import { SealSlots } from "./SealSlots";
import { Withdraw } from "./Withdraw";

/** One request: figures, what changes, why, who, then the act. */
export function RequestDetail({ request }: { readonly request: RequestRowView["request"] }) {
  const { view, error, again } = useRead("request_detail", { request }, { keep: false });
  return (
    <section className={styles.detail} aria-label={`Request ${view?.row.label ?? ""}`} data-region="detail">
      <Reading view={view} error={error} again={again} label="the request" lines={10}>
        {(detail) => <Detail detail={detail} />}
      </Reading>
    </section>
  );
}

function Detail({ detail }: { readonly detail: RequestDetailView }) {
  const { row, actions } = detail;
  const alive = row.state === "open" || row.state === "approved";
  const recheck = useRead("recheck_request", { request: row.request }, { enabled: alive });
  const drifted = (recheck.view?.differences.length ?? 0) > 0;
  const sign = useAct("open_sign_window");
  const start = useAct("run_start", { done: (run) => { go("runs", run.row.run); } });
  const [withdrawing, setWithdrawing] = useState(false);
  const decide = (decision: "approve" | "reject") => {
    sign.act({ subject: { sign: "request", request: row.request, decision } });
  };
  const may = { countersign: actions.countersign.allowed && !drifted, reject: actions.reject.allowed, start: actions.start.allowed && !drifted };
  useKeys("This request", [
    ...(may.countersign ? [{ keys: "c", label: "Countersign", act: () => { decide("approve"); }, shown: true }] : []),
    ...(may.reject ? [{ keys: "x", label: "Reject", act: () => { decide("reject"); }, shown: true }] : []),
    ...(may.start ? [{ keys: "s", label: "Start", act: () => { start.act({ request: row.request }); }, shown: true }] : []),
  ]);
  return (
    <>
      <div className={styles.inner}>
        <Head detail={detail} />
        <StateNote detail={detail} />
        {recheck.view && drifted && <Differences differences={recheck.view.differences} lead="Live state is not what this was computed from. It cannot be signed or started as it is." />}
        <PlanFacts plan={detail.plan} />
        {detail.plan.erasure !== null && <Erasure erasure={detail.plan.erasure} />}
        <PlanChanges plan={detail.plan} />
        <div className={styles.two}>
          <div>
            <h3>Justification</h3>
            <p className="prose">{detail.reason}</p>
          </div>
          <div>
            <h3>
              Roll-back plan · change record <span className="mono">{detail.changeRecord}</span>
            </h3>
            <p className="prose">{detail.rollbackPlan}</p>
          </div>
        </div>
        <div className={styles.section}>
          <h3>
            Seals · {detail.quorum} of {detail.quorum} needed, from {detail.quorum === 2 ? "two" : detail.quorum} people; the countersigner must be {listed(detail.countersignRoles.map((role) => ROLE[role]), "or")}
          </h3>
          <SealSlots detail={detail} />
        </div>
        {detail.plan.planHash !== null && (
          <div className={`row small t3 ${styles.title ?? ""}`}>
            <Icon name="fingerprint" size={14} />
            <span className="nowrap">What is signed:</span>
            <Hash value={detail.plan.planHash} label="plan hash" short={`sha256 ${detail.plan.planHash.slice(0, 8)}…${detail.plan.planHash.slice(-8)}`} />
            {alive && <Rechecked {...(recheck.view ? { view: recheck.view } : {})} failed={recheck.error !== undefined} again={recheck.again} busy={recheck.fetching} />}
          </div>
        )}
        <Entries detail={detail} />
      </div>
      <Acts
        detail={detail}
        may={may}
        drifted={drifted}
        busy={sign.busy || start.busy}
        decide={decide}
        start={() => { start.act({ request: row.request }); }}
        withdraw={() => { setWithdrawing(true); }}
      >
        {(sign.error ?? start.error) && <Problem error={(sign.error ?? start.error) as NonNullable<typeof sign.error>} />}
      </Acts>
      {withdrawing && <Withdraw detail={detail} close={() => { setWithdrawing(false); }} />}
    </>
  );
}

function Head({ detail }: { readonly detail: RequestDetailView }) {
  const { row } = detail;
  const open = row.state === "open";
  const alive = open || row.state === "approved";
  return (
    <div className={styles.head}>
      <div className="row small t3">
        <span className="mono">{row.label}</span>
        <span aria-hidden="true">·</span>
        <span className="trunc">
          asked by {row.requester.name} ({listed(row.requester.roles.map((role) => ROLE[role]))}), {longMoment(row.requestedAt)}
        </span>
      </div>
      <div className={`row ${styles.title ?? ""}`}>
        <h2 className="big-title wrap">{requestTitle(row)}</h2>
        {open && <Deadline label="Approve" at={row.approveBy} />}
        {alive && (
          <span className={open ? (styles.wide ?? "") : ""}>
            <Deadline label="Execute" at={row.executeBy} />
          </span>
        )}
        {!alive && <Status said={REQUEST_STATE[row.state]} />}
      </div>
    </div>
  );
}

const SOON_S = 86_400;

function Deadline({ label, at }: { readonly label: string; readonly at: RequestRowView["approveBy"] }) {
  const now = useNow(30_000);
  const left = (Number(BigInt(at) / 1000n) - now.getTime()) / 1000;
  const text = left <= 0 ? `${label} by: passed` : left < SOON_S * 2 ? `${label} within ${duration(left)}` : `${label} by ${shortDay(at)} ${clock(at)}`;
  return (
    <span title={longMoment(at)}>
      <Chip tone={left < SOON_S ? "warn" : "idle"} icon={label === "Approve" ? "clock" : "calendar-clock"}>
        {text}
      </Chip>
    </span>
  );
}

/** What became of it, when it is no longer open. */
function StateNote({ detail }: { readonly detail: RequestDetailView }) {
  const { row, run } = detail;
  if (run) {
    return (
      <Note tone={detail.runState === "failed" || detail.runState === "stopped" ? "alert" : "ink"} icon="play">
        Its run <a href={href("runs", run.run)}>{run.label}</a>
        {detail.runState === null ? "" : ` is ${RUN_STATE[detail.runState].word.toLowerCase()}`}.
      </Note>
    );
  }
  if (row.state === "lapsed" && detail.differences.length > 0) return <Differences differences={detail.differences} lead="Its seals lapsed: live state differs from the plan." />;
  if (row.state === "expired") return <Note tone="warn">Nobody decided in time. Ask again to start over.</Note>;
  return null;
}

function Rechecked({ view, failed, again, busy }: { readonly view?: RecheckView; readonly failed: boolean; readonly again: () => void; readonly busy: boolean }) {
  const text = failed ? (
    "Could not be computed again"
  ) : view === undefined ? (
    "Computing again from live state…"
  ) : (
    <>
      Computed again <Ago at={view.at} />: {view.differences.length === 0 ? "unchanged" : counted(view.differences.length, "difference")}
    </>
  );
  return (
    <span className="row end" role="status">
      <span className="nowrap">{text}</span>
      <Button size="sm" kind="ghost" icon="refresh-cw" busy={busy} onClick={again}>
        Compute again
      </Button>
    </span>
  );
}

function Entries({ detail }: { readonly detail: RequestDetailView }) {
  if (detail.entries.length === 0) return null;
  return (
    <p className="small t3 row">
      <Icon name="scroll-text" size={14} />
      Ledger:
      {detail.entries.map((entry) => (
        <a key={entry} className="mono" href={href("ledger", String(entry))}>
          {entry.toLocaleString("en-GB")}
        </a>
      ))}
    </p>
  );
}
