import { useRef, useState, type ReactNode } from "react";

import { useRowKeys } from "../../commands/rows";
import type { NeedView, OverviewView, RequestRowView } from "../../host";
import { Ago, count, countSentence, counted, day, due, Empty, endsWhen, EXCEPTION_STATE, Icon, requestTitle, REVIEW_KIND, RUN_STATE, runState, runTitle, SCHEDULED, scopeWords, Seals, Segments, Status, type IconName, type Tone } from "../../kit";
import { href, scopeHref } from "../../routes/route";
import styles from "./overview.module.css";

type Kind = "all" | "sign" | "overdue" | "other";

/** What needs this operator now, most urgent first. */
export function Needs({ overview }: { readonly overview: OverviewView }) {
  const [kind, setKind] = useState<Kind>("all");
  const list = useRef<HTMLUListElement>(null);
  useRowKeys("Needs you", list);
  const of = (which: Kind) => overview.needs.filter((need) => which === "all" || kindOf(need) === which);
  const shown = of(kind);
  return (
    <section className={`card ${styles.needs ?? ""}`} aria-label="Needs you">
      <header>
        <h2>Needs you</h2>
        <span className="t3 num">{count(overview.needsTotal)}</span>
        <span className="end">
          <Segments
            label="Kinds of things that need you"
            value={kind}
            choose={setKind}
            options={[
              { value: "all", label: "All" },
              { value: "sign", label: "Sign", count: of("sign").length },
              { value: "overdue", label: "Overdue", count: of("overdue").length },
              { value: "other", label: "Other", count: of("other").length },
            ]}
          />
        </span>
      </header>
      {shown.length === 0 ? (
        <Empty icon="circle-check" title={kind === "all" ? "Nothing needs you" : "Nothing of this kind needs you"} />
      ) : (
        <ul className={styles.queue} ref={list}>
          {shown.map((need, at) => (
            <li key={at}>
              <Need need={need} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function kindOf(need: NeedView): Kind {
  if (need.need === "sign") return "sign";
  return need.need === "overdue" || (need.need === "scheduled" && (need.duty.daysLeft ?? 0) < 0) ? "overdue" : "other";
}

function Need({ need }: { readonly need: NeedView }) {
  switch (need.need) {
    case "sign":
      return (
        <Row to={href("approvals", need.request.request, { folder: "for_me" })} glyph={<Seals slots={need.request.slots} />} title={requestTitle(need.request)} second={`${need.request.requester.name} asked${touches(need.request)}`} what={<Said tone="ink" icon="stamp">Sign</Said>} when={<Ago at={need.request.requestedAt} />} />
      );
    case "start":
      return (
        <Row to={href("approvals", need.request.request, { folder: "open" })} glyph={<Seals slots={need.request.slots} />} title={requestTitle(need.request)} second={`Approved · may be started until ${day(need.request.executeBy)}`} what={<Said tone="ink" icon="play">Start</Said>} when={<Ago at={need.request.requestedAt} />} />
      );
    case "run":
      return (
        <Row to={href("runs", need.run.run)} glyph={<Glyph icon={RUN_STATE[need.run.state].icon} tone="warn" />} title={runTitle(need.run)} second={`${need.run.label} · ${count(need.run.done)} of ${count(need.run.total)}`} what={<Status said={runState(need.run)} />} when={<Ago at={need.run.startedAt} />} />
      );
    case "review":
      return (
        <Row to={href("reviews", need.review.review)} glyph={<Glyph icon={REVIEW_KIND[need.review.kind].icon} tone="warn" />} title={`${REVIEW_KIND[need.review.kind].word}: ${need.review.subject}`} second={`${need.review.by.name} · waits for a second person's look`} what={<Said tone="ink" icon="stamp">Look</Said>} when={<Ago at={need.review.at} />} />
      );
    case "confirm":
      return (
        <Row to={scopeHref(need.act.subject.scope)} glyph={<Glyph icon="vault" tone="alert" />} title={`The vault has not confirmed ${need.act.subject.name}`} second={`${counted(need.act.keys, "key")} may still be used there`} what={<Said tone="alert" icon="triangle-alert">Confirm</Said>} when={<Ago at={need.act.since} />} />
      );
    case "exception":
      return (
        <Row to={href("exceptions", need.exception.exception)} glyph={<Glyph icon={EXCEPTION_STATE[need.exception.state].icon} tone={EXCEPTION_STATE[need.exception.state].tone} />} title={`${need.exception.label} ${need.exception.state === "expired" ? "has expired" : "ends soon"}: ${need.exception.title}`} second={`${need.exception.clause.cited} · ${scopeWords(need.exception.terms)} · ${need.exception.answer ? `${need.exception.answer.request.label} is asked for` : "neither closed nor renewed"}`} what={<Status said={EXCEPTION_STATE[need.exception.state]} />} when={endsWhen(need.exception).text} />
      );
    case "overdue":
      return (
        <Row to={href("keys", need.key.key.key)} glyph={<Glyph icon="timer-reset" tone="alert" />} title={`${need.key.key.name} is overdue`} second={[need.key.scope, need.key.requested ? "a request is open" : "no request yet"].filter((part) => part !== "").join(" · ")} what={<Said tone="alert" icon="timer-reset">Overdue</Said>} when={due(need.key.rotateBy, need.key.dueInDays)} />
      );
    case "scheduled": {
      const late = (need.duty.daysLeft ?? 0) < 0;
      return (
        <Row to={href("reviews", null, { part: need.duty.duty === "transition_review" ? "transitions" : "schedule" })} glyph={<Glyph icon="calendar-clock" tone={late ? "alert" : "warn"} />} title={`${SCHEDULED[need.duty.duty]} is ${late ? "late" : "due"}`} second={need.duty.lastAt === null ? "not done here before" : `last on ${day(need.duty.lastAt)}${need.duty.waits === null ? "" : " · a newer record waits for a second look"}`} what={<Said tone={late ? "alert" : "warn"} icon={late ? "timer-reset" : "clock"}>{late ? "Late" : "Due"}</Said>} when={need.duty.dueAt === null ? "" : due(need.duty.dueAt, need.duty.daysLeft ?? 0)} />
      );
    }
    case "drift":
      return (
        <Row to={href("discovery")} glyph={<Glyph icon="radar" tone="warn" />} title="Vault and register differ" second={counted(need.count, "difference")} what={<Said tone="warn" icon="circle-alert">Look</Said>} when={<Ago at={need.at} />} />
      );
    case "log_target":
      return (
        <Row to={href("settings")} glyph={<Glyph icon="scroll-text" tone="alert" />} title="The log stack does not take the ledger" second={`${need.target.name} is ${counted(need.target.behind, "entry", "entries")} and ${counted(need.target.minutesBehind, "minute")} behind${need.target.trouble === "" ? "" : ` · ${need.target.trouble}`}`} what={<Said tone="alert" icon="triangle-alert">Stalled</Said>} when={<Ago at={need.target.movedAt} />} />
      );
    case "ledger":
      return need.brokenAt === null ? (
        <Row to={href("ledger", null, { verify: "1" })} glyph={<Glyph icon="shield-check" tone="ink" />} title="Verify the ledger" second="This console has not verified it yet" what={<Said tone="ink" icon="shield-check">Verify</Said>} when="" />
      ) : (
        <Row to={href("ledger", String(need.brokenAt))} glyph={<Glyph icon="link-2-off" tone="alert" />} title={`The ledger is broken at entry ${count(need.brokenAt)}`} second="Nothing is signed or executed until this is cleared" what={<Said tone="alert" icon="triangle-alert">Broken</Said>} when="" />
      );
    default:
      return need satisfies never;
  }
}

function touches(request: RequestRowView): string {
  const touched = request.counts.find((figure) => figure.count > 0);
  return touched ? ` · ${countSentence(request.operation, touched)}` : "";
}

function Row({ to, glyph, title, second, what, when }: { readonly to: string; readonly glyph: ReactNode; readonly title: string; readonly second: string; readonly what: ReactNode; readonly when: ReactNode }) {
  return (
    <a className={styles.need} href={to} data-row>
      <span className={styles.glyph}>{glyph}</span>
      <span className="col">
        <span className="med trunc">{title}</span>
        <span className="small t3 trunc">{second}</span>
      </span>
      {what}
      <span className={styles.age}>{when}</span>
    </a>
  );
}

function Glyph({ icon, tone }: { readonly icon: IconName; readonly tone: Tone }) {
  return (
    <span className={`c-${tone}`}>
      <Icon name={icon} size={20} />
    </span>
  );
}

function Said({ tone, icon, children }: { readonly tone: Tone; readonly icon: IconName; readonly children: string }) {
  return (
    <span className={`st ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
