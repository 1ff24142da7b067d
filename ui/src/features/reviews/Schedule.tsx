import { useState, type ReactNode } from "react";

import { useRead, type DutyRecordView, type RecordedDuty, type ScheduledDuty, type ScheduleRowView, type ScheduleView } from "../../host";
import { Button, count, counted, day, Empty, Hash, Icon, instead, Reading, refusal, Scroll, shortDigest, When } from "../../kit";
import { href } from "../../routes/route";
import { DUTY } from "./groups";
import { RecordForm } from "./RecordForm";
import styles from "./schedule.module.css";

/** What is done at regular times: when it was last, by whom, with what evidence, and how late it is. */
export function Schedule() {
  const { view, error, again } = useRead("schedule", {}, { keep: false });
  return (
    <Scroll label="Schedule" region="list" className={styles.page}>
      <Reading view={view} error={error} again={again} label="the schedule" lines={8}>
        {(schedule) => <Page schedule={schedule} />}
      </Reading>
    </Scroll>
  );
}

function Page({ schedule }: { readonly schedule: ScheduleView }) {
  const [recording, setRecording] = useState<RecordedDuty | null>(null);
  const { record } = schedule;
  return (
    <>
      <section className="card" aria-label="Due">
        <header>
          <h2>Reviews, audits and drills</h2>
          <span className="t3 small end" data-testid="why-not">
            {record.allowed ? "" : `${record.reason ? refusal(record.reason) : ""} ${record.eligible.length > 0 ? instead(record.eligible.map((who) => who.name)) : ""}`}
          </span>
        </header>
        <ul>
          {schedule.rows.map((row) => (
            <Line key={row.duty} row={row} record={record.allowed ? setRecording : null} />
          ))}
        </ul>
      </section>
      <section className="card" aria-label="Evidence">
        <header>
          <h2>Evidence</h2>
          <span className="t3 small end">policy reviews and audits, newest first</span>
        </header>
        {schedule.records.length === 0 ? <Empty icon="file-text" title="Nothing recorded yet">A policy review or an audit is recorded with the document that shows it: its name and SHA-256.</Empty> : <Records records={schedule.records} />}
      </section>
      {recording !== null && <RecordForm duty={recording} incidents={schedule.incidents} close={() => { setRecording(null); }} />}
    </>
  );
}

/** What can be done about it here. */
function wayTo(duty: ScheduledDuty, record: ((duty: RecordedDuty) => void) | null, row: ScheduleRowView): ReactNode {
  switch (duty) {
    case "transition_review":
      return <a href={href("reviews", null, { part: "transitions" })}>Work through it</a>;
    case "exception_review":
      return <a href={href("exceptions", null, { tab: "review" })}>Look at the register</a>;
    case "policy_review":
    case "system_audit":
    case "incident_audit":
      return record === null || row.dueAt === null ? null : (
        <Button size="sm" icon="file-text" onClick={() => { record(duty); }}>
          Record…
        </Button>
      );
    case "restore_drill":
      return <span className="mono small t2">countersign drill restore</span>;
    default:
      return duty satisfies never;
  }
}

function Line({ row, record }: { readonly row: ScheduleRowView; readonly record: ((duty: RecordedDuty) => void) | null }) {
  const { title, cites } = DUTY[row.duty];
  return (
    <li className={styles.line} data-testid={`duty-${row.duty}`}>
      <Due row={row} />
      <span className="col">
        <span className="med trunc">{title}</span>
        <span className="small t3 trunc">
          {row.duty === "incident_audit" ? `within ${counted(row.everyDays, "day")}` : `every ${counted(row.everyDays, "day")}`} · {cites}
        </span>
      </span>
      <span className="col">
        <span className="small">
          {row.lastAt === null ? <span className="t3">never here</span> : <>last <When at={row.lastAt} /></>}
        </span>
        <span className="small t3 trunc">
          {row.lastBy !== null && row.lastBy.name}
          {row.lastEntry !== null && (
            <>
              , <a href={href("ledger", String(row.lastEntry))}>entry {count(row.lastEntry)}</a>
            </>
          )}
          {row.waits !== null && <a href={href("reviews", row.waits)}>{row.lastBy === null ? "" : "; "}a newer record waits for a second look</a>}
        </span>
      </span>
      <span className={styles.way}>{wayTo(row.duty, record, row)}</span>
    </li>
  );
}

/** Icon, word and colour: late, due soon, in time, nothing to do. */
function Due({ row }: { readonly row: ScheduleRowView }) {
  const { dueAt, daysLeft } = row;
  if (dueAt === null || daysLeft === null) {
    return (
      <span className={`st idle ${styles.due ?? ""}`}>
        <Icon name="circle-minus" />
        Nothing due
      </span>
    );
  }
  const late = daysLeft < 0;
  return (
    <span className={`st ${late ? "alert" : daysLeft <= 14 ? "warn" : "ok"} ${styles.due ?? ""}`} title={day(dueAt)}>
      <Icon name={late ? "triangle-alert" : daysLeft <= 14 ? "clock" : "circle-check"} />
      {late ? `${counted(Math.max(1, -daysLeft), "day")} late` : `${day(dueAt)}`}
    </span>
  );
}

const RECORDED: Record<RecordedDuty, string> = { policy_review: "Policy review", system_audit: "Audit", incident_audit: "Audit after" };

function Records({ records }: { readonly records: readonly DutyRecordView[] }) {
  return (
    <table className="t">
      <thead>
        <tr>
          <th>What</th>
          <th>Document</th>
          <th className="fit">SHA-256</th>
          <th>By</th>
          <th>Second look</th>
          <th className="fit">Entry</th>
        </tr>
      </thead>
      <tbody>
        {records.map((one) => (
          <tr key={one.entry}>
            <td title={one.note}>
              {RECORDED[one.duty]} {one.incident ?? ""}
            </td>
            <td title={one.evidenceName}>{one.evidenceName}</td>
            <td className="fit">
              <Hash value={one.evidenceDigest} label={`SHA-256 of ${one.evidenceName}`} short={shortDigest(one.evidenceDigest)} />
            </td>
            <td>
              {one.by.name}, <When at={one.at} />
            </td>
            <td>{one.lookedAtBy ?? <a href={href("reviews", one.review)}>waits; it counts afterwards</a>}</td>
            <td className="fit">
              <a href={href("ledger", String(one.entry))}>{count(one.entry)}</a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
