import { useState } from "react";

import { useRead, type OverviewView } from "../../host";
import { Ago, Button, count, counted, Empty, Icon, longMoment, percent, Problem, Reading } from "../../kit";
import { go, href } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import { onlyAuditor } from "../../commands/registry";
import { SampleButton } from "../estate/SampleButton";
import { DekAge } from "./DekAge";
import { GateLine } from "./GateLine";
import { Due } from "./Due";
import { KekHistory } from "./KekHistory";
import { Needs } from "./Needs";
import styles from "./overview.module.css";

/** What an operator sees first: what needs them, then how the custody stands. */
export function Overview() {
  const { view, error, again } = useRead("overview", {});
  return (
    <>
      <TopBar title="Overview" />
      <Main label="Overview">
        <div className="scroll">
          <Reading view={view} error={error} again={again} label="the overview" lines={12}>
            {(overview) => (overview.keys === 0 ? <Beginning overview={overview} /> : <Page overview={overview} />)}
          </Reading>
        </div>
      </Main>
    </>
  );
}

function Page({ overview }: { readonly overview: OverviewView }) {
  return (
    <div className={styles.page}>
      <Headline overview={overview} />
      <GateLine gate={overview.gate} />
      <Figures overview={overview} />
      <Needs overview={overview} />
      <div className={styles.side}>
        <KekHistory overview={overview} />
        <DekAge overview={overview} />
      </div>
      <Due overview={overview} />
    </div>
  );
}

function Headline({ overview }: { readonly overview: OverviewView }) {
  const waiting = overview.forMe > 0 ? `${counted(overview.forMe, "request")} ${overview.forMe === 1 ? "waits" : "wait"} for your signature.` : "Nothing waits for your signature.";
  const late = overview.overdue > 0 ? `${counted(overview.overdue, "rotation")} ${overview.overdue === 1 ? "is" : "are"} overdue.` : "No rotation is overdue.";
  return (
    <p className={styles.say}>
      <span>
        <b className="strong">{waiting}</b> <span className="t2">{late}</span>
      </span>
      <span className="small t3 end num nowrap">{longMoment(overview.now)}</span>
    </p>
  );
}

function Figures({ overview }: { readonly overview: OverviewView }) {
  return (
    <section className={`card ${styles.figures ?? ""}`} aria-label="Posture">
      <Figure value={count(overview.keys)} label="Keys in custody" to={href("keys")} />
      <Figure value={percent(overview.withinRule, overview.withRule)} small={overview.withinRule < overview.withRule ? `${count(overview.withRule - overview.withinRule)} outside` : ""} label="Within rotation policy" />
      <Figure value={count(overview.overdue)} small={overview.dueSoon > 0 ? `${count(overview.dueSoon)} in 30 d` : ""} label={overview.overdue > 0 ? <span className="st alert"><Icon name="timer-reset" />Rotations overdue</span> : "Rotations overdue"} to={href("keys", null, { due: "overdue" })} />
      <Figure value={count(overview.waitingSecondSeal)} label="Await a second seal" to={href("approvals", null, { folder: "open" })} />
      <Figure value={count(overview.approvedNotStarted)} label="Approved, not started" to={href("approvals", null, { folder: "open" })} />
      {overview.drift === null ? (
        <Figure value="–" label="Vault not compared yet" to={href("discovery")} />
      ) : (
        <Figure
          value={count(overview.drift)}
          small={overview.discoveredAt === null ? "" : <Ago at={overview.discoveredAt} />}
          label={overview.drift > 0 ? <span className="st warn"><Icon name="circle-alert" />Vault differences</span> : "Vault differences"}
          to={href("discovery")}
        />
      )}
    </section>
  );
}

function Figure({ value, small, label, to }: { readonly value: string; readonly small?: React.ReactNode; readonly label: React.ReactNode; readonly to?: string }) {
  const inside = (
    <>
      <span className={styles.value}>
        {value} {small !== undefined && small !== "" && <small>{small}</small>}
      </span>
      <span className={styles.label}>{label}</span>
    </>
  );
  return to === undefined ? <div className={styles.figure}>{inside}</div> : <a className={styles.figure} href={to}>{inside}</a>;
}

/** An empty custody: the three ways in which keys come into it. */
function Beginning({ overview }: { readonly overview: OverviewView }) {
  const { operator } = useSession();
  const [failed, setFailed] = useState<React.ComponentProps<typeof Problem>["error"] | null>(null);
  return (
    <div className="pad stack">
      <Headline overview={overview} />
      <section className="card">
        <Empty
          icon="key-round"
          title="No keys in this custody yet"
          act={
            onlyAuditor(operator) ? undefined : (
              <div className={`row ${styles.ways ?? ""}`}>
                <Button kind="primary" icon="upload" onClick={() => { go("import"); }}>
                  Import an inventory
                </Button>
                <Button icon="radar" onClick={() => { go("discovery"); }}>
                  Discover the vault
                </Button>
                <SampleButton failed={setFailed} />
              </div>
            )
          }
        >
          Bring in an inventory as CSV, take over what the vault holds, or load the labelled sample estate: 40 tenants, four KEKs and about 2,100 DEKs, made through the same doors as real keys.
        </Empty>
        {failed && (
          <div className={styles.failed}>
            <Problem error={failed} />
          </div>
        )}
      </section>
      {overview.needs.length > 0 && <Needs overview={overview} />}
    </div>
  );
}
