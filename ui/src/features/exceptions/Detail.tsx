import { useState } from "react";

import type { ExceptionDetailView } from "../../host";
import { Button, clauseName, count, counted, endsWhen, EXCEPTION_STATE, Icon, instead, KEY_TYPE, listed, moment, Note, refusal, Seal, Section, slotLook, spanOf, Status, When } from "../../kit";
import { href } from "../../routes/route";
import { Chain } from "./Chain";
import { CoveredKeys } from "./CoveredKeys";
import styles from "./exceptions.module.css";
import { Revoke } from "./Revoke";
import { axisOf } from "./term";
import { TermBar } from "./TermBar";

/** Everything about one exception: until when, upon what, why, who accepted the risk, what was the case then, and how it ends. */
export function Detail({ detail, ask }: { readonly detail: ExceptionDetailView; readonly ask: (what: "renew" | "close") => void }) {
  const { row } = detail;
  return (
    <>
      <div className={styles.inner}>
        <div className={`stack tight ${styles.name ?? ""}`}>
          <span className="row">
            <span className="mono t2">{row.label}</span>
            <Status said={EXCEPTION_STATE[row.state]} />
          </span>
          <h2 className="strong wrap">{row.title}</h2>
          <p className="small t2">{clauseName(row.clause)}</p>
        </div>
        <Standing detail={detail} />
        <Term detail={detail} />
        <Section title="Covers">
          <ul className={styles.terms}>
            {row.terms.map((term, at) => (
              <li key={at} className="row">
                <Icon name={term.of === "tenant" ? "users" : term.of === "type" ? "layers" : "key-round"} size={14} />
                {term.of === "key" ? <a className="mono wrap" href={href("keys", term.key.key)}>{term.key.name}</a> : term.of === "tenant" ? <a className="wrap" href={href("tenants", term.tenant)}>{term.name}, every key</a> : <span>Every {KEY_TYPE[term.keyType]}</span>}
              </li>
            ))}
          </ul>
          {row.terms.some((term) => term.of === "type") && row.terms.some((term) => term.of === "tenant") && <p className="small t3">Types and tenants together: keys that are both.</p>}
        </Section>
        <Prose title="Justification">{detail.justification}</Prose>
        <Prose title="Compensating controls">{detail.controls}</Prose>
        <Acceptance detail={detail} />
        <CoveredKeys detail={detail} />
        <Chain detail={detail} />
        <Section title="Seals">
          <ul className={styles.seals}>
            {row.slots.map((slot, at) => (
              <li key={at} className="row">
                <Seal size={24} {...slotLook(slot)} />
                <span className="small">
                  {slot.slot === "signed" ? `${slot.by.name}, ${moment(slot.at)}` : slot.slot === "declined" ? `${slot.by.name} declined` : slot.slot === "mine" ? "Waiting for your signature" : "Not signed yet"}
                </span>
              </li>
            ))}
          </ul>
          <p className="small t3">
            Owner {row.owner} · request <a href={href("approvals", row.request.request, { folder: row.state === "requested" ? "open" : "decided" })}>{row.request.label}</a>
            {detail.entry !== null && (
              <>
                {" "}
                · <a href={href("ledger", String(detail.entry))}>entry {count(detail.entry)}</a>
              </>
            )}
          </p>
        </Section>
      </div>
      <Acts detail={detail} ask={ask} />
    </>
  );
}

/** What it needs, or how it ended. */
function Standing({ detail }: { readonly detail: ExceptionDetailView }) {
  const { row, ended } = detail;
  const answer = row.answer && (
    <>
      {row.answer.renews ? "Its renewal" : "Its closing"} is asked for: <a href={href("approvals", row.answer.request.request, { folder: "open" })}>{row.answer.request.label}</a>.
    </>
  );
  if (row.state === "expired") {
    return (
      <Note tone="alert" icon="ban" role="alert">
        <b>It blocks deployment.</b> Its date has passed and it is neither closed nor renewed. {answer ?? "Ask for its renewal, or close it with evidence."}
      </Note>
    );
  }
  if (ended !== null) {
    return (
      <Note icon={EXCEPTION_STATE[ended.how].icon}>
        <b>
          {EXCEPTION_STATE[ended.how].word}
          {ended.renewedBy === null && ended.by.length > 0 && ` by ${listed(ended.by.map((who) => who.name))}`}
        </b>
        , <When at={ended.at} />, <a href={href("ledger", String(ended.entry))}>entry {count(ended.entry)}</a>.{" "}
        {ended.renewedBy !== null && (
          <>
            It goes on as <a href={href("exceptions", ended.renewedBy.exception)}>{ended.renewedBy.label}</a>.
          </>
        )}
        {ended.words !== "" && <p className={`prose ${styles.evidence ?? ""}`}>{ended.words}</p>}
      </Note>
    );
  }
  return answer === null ? null : <Note tone="ink">{answer}</Note>;
}

function Term({ detail: { row } }: { readonly detail: ExceptionDetailView }) {
  const ends = endsWhen(row);
  return (
    <Section title="Term" aside={<span className={`small ${ends.tone === null ? "t2" : `c-${ends.tone} strong`}`}>{ends.text}</span>}>
      <TermBar row={row} axis={axisOf([row], row.state === "requested" ? row.since : nowOf(row))} tall />
      <p className="small t2">
        {row.state === "requested" ? "Asked" : "From"} <When at={row.since} /> until <When at={row.until} />, {spanOf(row.since, row.until)} of at most {counted(row.clause.termDaysMax, "day")}.
      </p>
    </Section>
  );
}

/** The register's present, as near as a row tells it: its date less the days that are left. */
function nowOf(row: ExceptionDetailView["row"]): ExceptionDetailView["row"]["until"] {
  return String(BigInt(row.until) - BigInt(row.daysLeft) * 86_400_000_000n) as ExceptionDetailView["row"]["until"];
}

function Acceptance({ detail: { acceptance } }: { readonly detail: ExceptionDetailView }) {
  return (
    <Section title="Risk accepted">
      <blockquote className={styles.words}>“{acceptance.words}”</blockquote>
      <p className="small t2">
        {acceptance.by === null || acceptance.at === null ? (
          "Nobody has signed these words yet."
        ) : (
          <>
            {acceptance.by.name}, <When at={acceptance.at} />
            {acceptance.entry !== null && (
              <>
                , <a href={href("ledger", String(acceptance.entry))}>entry {count(acceptance.entry)}</a>
              </>
            )}
          </>
        )}
      </p>
    </Section>
  );
}

function Prose({ title, children }: { readonly title: string; readonly children: string }) {
  return (
    <Section title={title}>
      <p className="prose">{children}</p>
    </Section>
  );
}

/** Only acts that are possible are offered; where none is, the reason stands there. */
function Acts({ detail, ask }: { readonly detail: ExceptionDetailView; readonly ask: (what: "renew" | "close") => void }) {
  const [revoking, setRevoking] = useState(false);
  const { acts, row } = detail;
  const why = [acts.renew, acts.close, acts.revoke].find((may) => !may.allowed && may.reason !== null);
  const none = !acts.renew.allowed && !acts.close.allowed && !acts.revoke.allowed;
  if (row.state === "requested") {
    return (
      <footer className={styles.act}>
        <a className={`btn lg ${row.waitsForMe ? "primary" : ""}`} href={href("approvals", row.request.request, { folder: row.waitsForMe ? "for_me" : "open" })}>
          <Icon name="stamp" />
          {row.waitsForMe ? "Read and countersign…" : "Open the request"}
        </a>
      </footer>
    );
  }
  if (none && (why === undefined || detail.ended !== null)) return null;
  return (
    <footer className={styles.act}>
      {acts.renew.allowed && (
        <Button kind="primary" onClick={() => { ask("renew"); }}>
          Renew…
        </Button>
      )}
      {acts.close.allowed && (
        <Button onClick={() => { ask("close"); }}>
          Close with evidence…
        </Button>
      )}
      {acts.revoke.allowed && (
        <Button kind="ghost" onClick={() => { setRevoking(true); }}>
          Revoke…
        </Button>
      )}
      {none && why?.reason && (
        <p className="small t2 grow" data-testid="why-not">
          {refusal(why.reason)} {why.eligible.length > 0 && instead(why.eligible.map((who) => who.name))}
        </p>
      )}
      {revoking && <Revoke row={row} close={() => { setRevoking(false); }} />}
    </footer>
  );
}
