import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { useAct, useRead, type RunDetailView, type RunId, type RunState } from "../../host";
import { Ago, Button, instead, listed, Note, PeopleSeals, Problem, Reading, refusal, RUN_FAILURE, runState, runTitle, Status, When } from "../../kit";
import { go, href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { CertificateCard } from "./CertificateCard";
import { RollBack } from "./RollBack";
import styles from "./runs.module.css";
import { Budget, Evidence, Standing } from "./Side";
import { Steps } from "./Steps";
import { Waiting } from "./Waiting";

/** How often a moving run is read again. */
const EVERY_MS: Record<RunState, number | false> = {
  running: 500, pausing: 500, rolling_back: 500, paused: 5_000, grace: 5_000, reclaim_pending: 5_000, awaiting_purge: 5_000, stopped: 5_000, finished: false, rolled_back: false, failed: false,
};

export default function RunDetail({ run }: { readonly run: string }) {
  const [every, setEvery] = useState<number | false>(500);
  const { view, error, again } = useRead("run_detail", { run: run as RunId }, { every, keep: false });
  const wanted = view === undefined ? 500 : EVERY_MS[view.row.state];
  if (wanted !== every) setEvery(wanted);
  return (
    <>
      <TopBar title={view?.row.label ?? "Run"} crumb={{ label: "Runs", href: href("runs") }} />
      <Main label={`Run ${view?.row.label ?? ""}`}>
        <div className="scroll">
          <Reading view={view} error={error} again={again} label="the run" lines={10}>
            {(detail) => <Page detail={detail} />}
          </Reading>
        </div>
      </Main>
    </>
  );
}

function Page({ detail }: { readonly detail: RunDetailView }) {
  const { row, actions } = detail;
  const pause = useAct("run_pause");
  const resume = useAct("run_resume");
  const [rollingBack, setRollingBack] = useState(false);
  const failed = pause.error ?? resume.error;
  const over = row.finishedAt !== null;
  useKeys("This run", [
    ...(actions.pause.allowed ? [{ keys: "p", label: "Pause", act: () => { pause.act({ run: row.run }); }, shown: true }] : []),
    ...(actions.resume.allowed ? [{ keys: "p", label: "Resume", act: () => { resume.act({ run: row.run }); }, shown: true }] : []),
    { keys: "e", label: "Evidence in ledger", act: () => { go("ledger", null, { text: row.label }); }, shown: true },
    { keys: "Escape", label: "Back", act: () => { go("runs"); } },
  ]);
  return (
    <div className={styles.page}>
      <div className={`row ${styles.wideRow ?? ""}`}>
        <Head detail={detail} />
        {actions.pause.allowed && (
          <Button size="lg" icon="pause" hint="P" busy={pause.busy || row.state === "pausing"} onClick={() => { pause.act({ run: row.run }); }}>
            {row.state === "pausing" ? "Pausing after this batch" : "Pause after this batch"}
          </Button>
        )}
        {actions.resume.allowed && (
          <Button size="lg" kind="primary" icon="play" hint="P" busy={resume.busy} onClick={() => { resume.act({ run: row.run }); }}>
            Resume run
          </Button>
        )}
        {actions.rollback.allowed && (
          <Button size="lg" kind="ghost" icon="rotate-ccw" onClick={() => { setRollingBack(true); }}>
            Roll back…
          </Button>
        )}
      </div>
      <Notes detail={detail} />
      {failed && (
        <div className={styles.wideRow}>
          <Problem error={failed} />
        </div>
      )}
      <Steps detail={detail} />
      <aside className="stack" aria-label="About this run">
        <CertificateCard detail={detail} />
        <Standing detail={detail} />
        {detail.pace && <Budget pace={detail.pace} />}
        <Evidence detail={detail} />
        {!over && !actions.resume.allowed && !actions.pause.allowed && actions.resume.reason && (
          <p className="small t3" data-testid="why-not">
            {refusal(actions.resume.reason)} {actions.resume.eligible.length > 0 && instead(actions.resume.eligible.map((who) => who.name))}
          </p>
        )}
        {!over && !actions.rollback.allowed && actions.rollback.reason && actions.rollback.reason.because !== "nothing_to_roll_back" && <p className="small t3">No roll-back: {refusal(actions.rollback.reason)}</p>}
      </aside>
      {rollingBack && <RollBack detail={detail} close={() => { setRollingBack(false); }} />}
    </div>
  );
}

function Head({ detail }: { readonly detail: RunDetailView }) {
  const { row } = detail;
  return (
    <div className="col grow">
      <div className="row">
        <h2 className="big-title wrap">{runTitle(row)}</h2>
        <Status said={runState(row)} />
      </div>
      <p className={`t2 small ${styles.meta ?? ""}`}>
        <a href={href("approvals", row.request.request, { folder: row.finishedAt === null ? "open" : "decided" })}>{row.request.label}</a> · sealed by <PeopleSeals people={row.seals} /> {listed(row.seals.map((person) => person.name))}
        {detail.executedBy && ` · executed by ${detail.here ? "this console" : `${detail.executedBy.name}'s console`}`}
        {detail.leaseRenewedSAgo !== null && row.finishedAt === null && ` · lease renewed ${detail.leaseRenewedSAgo} s ago`}
        {row.finishedAt !== null && (
          <>
            {" "}
            · ended <When at={row.finishedAt} />
          </>
        )}
      </p>
    </div>
  );
}

function Notes({ detail }: { readonly detail: RunDetailView }) {
  const { row } = detail;
  return (
    <>
      {detail.failure !== null && (
        <div className={styles.wideRow}>
          <Note tone="alert" role="alert">
            <b>{RUN_FAILURE[detail.failure]}</b> The run stopped there; see below what holds now. Resuming tries the step again.
          </Note>
        </div>
      )}
      {detail.takenOverFrom && (
        <div className={styles.wideRow}>
          <Note tone="ink" icon="rotate-ccw">
            Taken over from {detail.takenOverFrom.name}&rsquo;s console.{" "}
            {detail.provenAtTakeOver !== null && `${detail.provenAtTakeOver.toLocaleString("en-GB")} wraps it had committed were proven again; none was lost.`}
          </Note>
        </div>
      )}
      <Waiting detail={detail} />
      {row.state === "stopped" && (
        <div className={styles.wideRow}>
          <Note tone="warn">
            Its console went away and its lease has lapsed{detail.leaseUntil !== null && <> (<Ago at={detail.leaseUntil} />)</>}. {listed(detail.standing.mayContinue.map((who) => who.name), "or")} can go on from here.
          </Note>
        </div>
      )}
    </>
  );
}
