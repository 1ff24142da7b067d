import { useRead, type HeldRoleView, type OperationKind, type OperatorId, type PeopleView, type PersonAct, type PersonDetailView } from "../../host";
import { useState } from "react";

import { actWord, Ago, Button, Chip, clock, Copy, count, counted, day, IconButton, listed, longMoment, moment, Note, OPERATION, Reading, ROLE, Seal, Section, shortDigest, shortTitle, Status, useNow } from "../../kit";
import { go, href } from "../../routes/route";
import { Devices } from "./Devices";
import { Own } from "./Own";
import { PersonActs } from "./PersonActs";
import styles from "./people.module.css";
import { ProtectPerson } from "./ProtectPerson";
import { ACTOR, operationName, PERSON_STATUS, proofSaid } from "./words";

/** Everything about one person: roles, devices, what depends on them, what they signed that is still open, what happened. */
export function PersonDetail({ id, people, close }: { readonly id: string; readonly people: PeopleView; readonly close: () => void }) {
  const { view, error, again } = useRead("person_detail", { operator: id as OperatorId }, { keep: false });
  const [act, setAct] = useState<PersonAct | null>(null);
  return (
    <aside className={styles.drawer} aria-label={`Person ${view?.row.person.name ?? ""}`} data-region="detail" data-testid="person-detail">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close person" onClick={close} />
      </div>
      <Reading view={view} error={error} again={again} label="the person" lines={10}>
        {(detail) => (
          <>
            <div className={styles.inner}>
              <Head detail={detail} />
              {detail.own && <Own own={detail.own} row={detail.row} people={people} />}
              <NeededFor detail={detail} />
              <Roles detail={detail} cooling={people.coolDownHours} start={setAct} />
              <Devices detail={detail} hours={people.lostDeviceHours} start={setAct} />
              {detail.own === null && <Alive detail={detail} />}
              <Open detail={detail} />
              <History detail={detail} />
            </div>
            <PersonActs detail={detail} start={setAct} />
            {act && <ProtectPerson act={act} detail={detail} hours={people.lostDeviceHours} close={() => { setAct(null); }} />}
          </>
        )}
      </Reading>
    </aside>
  );
}

function Head({ detail: { row, enrolledAt, enrolledEntry } }: { readonly detail: PersonDetailView }) {
  const human = row.kind === "operator";
  return (
    <div className={styles.identity}>
      <Seal look={human && row.status === "active" ? "signed" : human ? "declined" : "empty"} initials={row.person.initials} size={48} label={human ? `Seal of ${row.person.name}` : `${ACTOR[row.kind].word}: never seals`} />
      <div className={styles.who}>
        <h2 className="strong wrap">{row.person.name}</h2>
        <span className="small t2 wrap">{row.identity}</span>
        <span className="row">
          <Status said={PERSON_STATUS[row.status]} />
          {!human && <Chip icon={ACTOR[row.kind].icon}>{ACTOR[row.kind].word}</Chip>}
        </span>
      </div>
      <p className={`small t3 ${styles.across ?? ""}`}>
        {!human && `${ACTOR[row.kind].says} `}
        Login <span className="mono">{row.login}</span>, enrolled <span title={longMoment(enrolledAt)}>{day(enrolledAt)}</span>, <a href={href("ledger", String(enrolledEntry))}>entry {count(enrolledEntry)}</a>. Operator id{" "}
        <span className="mono" title={row.person.operator}>{shortDigest(row.person.operator)}</span>
        <Copy value={row.person.operator} label="operator id" />
      </p>
    </div>
  );
}

/** "Last of two who can sign destruction": said where it can still be acted upon. */
function NeededFor({ detail: { neededFor, row } }: { readonly detail: PersonDetailView }) {
  if (neededFor.length === 0) return null;
  return (
    <Note tone="warn" icon="users">
      <b>Without {row.person.name}, nobody could sign</b>
      <ul className={styles.needs} data-testid="needed-for">
        {neededFor.map((need) => (
          <li key={need.operation}>
            {operationName(need.operation)}
            <span className="t2">{need.with.length === 0 ? "" : `, today with ${listed(need.with.map((who) => who.name), "or")}`}</span>
          </li>
        ))}
      </ul>
    </Note>
  );
}

function Roles({ detail, cooling, start }: { readonly detail: PersonDetailView; readonly cooling: number; readonly start: (act: PersonAct) => void }) {
  const { row, roles, acts } = detail;
  return (
    <Section title="Roles and authority" aside={acts.grant.allowed && <button type="button" className="link small" onClick={() => { go("people", "grant", { operator: row.person.operator }); }}>Grant a role…</button>}>
      {roles.length === 0 ? (
        <p className="small t3">{row.kind === "operator" ? "No role is in force: they may read and nothing else." : "It holds no role a person holds."}</p>
      ) : (
        <ul className={styles.boxed}>
          {roles.map((held) => (
            <li key={held.role} className={styles.role}>
              <span className="col">
                <span className="med">{ROLE[held.role]}</span>
                <Counts held={held} hours={cooling} />
              </span>
              {held.withdraw.allowed && (
                <Button size="sm" onClick={() => { start({ act: "withdraw_role", role: held.role }); }}>
                  Withdraw…
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Counts({ held, hours }: { readonly held: HeldRoleView; readonly hours: number }) {
  if (held.counts) return <span className="small t3" title={longMoment(held.countsFrom)}>since {day(held.countsFrom)}</span>;
  return (
    <span className="small c-warn" title={longMoment(held.countsFrom)}>
      counts from {moment(held.countsFrom)}: a new role waits {counted(hours, "hour")}
    </span>
  );
}

function Alive({ detail: { row } }: { readonly detail: PersonDetailView }) {
  const now = useNow(60_000);
  if (row.kind !== "operator" || row.status !== "active") return null;
  return (
    <Section title="Proof of life">
      <dl className="kv">
        <dt>Rehearsal signature</dt>
        <dd>
          <Status said={proofSaid(row.rehearsal, now)} />
        </dd>
        <dt>Duties acknowledged</dt>
        <dd>
          <Status said={proofSaid(row.acknowledgement, now)} />
        </dd>
      </dl>
    </Section>
  );
}

function Open({ detail: { openSeals, requests } }: { readonly detail: PersonDetailView }) {
  return (
    <>
      {requests.length > 0 && (
        <Section title="Asked about them">
          <p className="small">
            {requests.map((one, at) => (
              <span key={one.request}>
                {at > 0 && ", "}
                <a href={href("approvals", one.request, { folder: "open" })}>{one.label}</a>
              </span>
            ))}
          </p>
        </Section>
      )}
      {openSeals.length > 0 && (
        <Section title="Open seals" aside={<span className="small t3">lapse with their access</span>}>
          <ul className={styles.boxed} data-testid="open-seals">
            {openSeals.map((one) => (
              <li key={one.request.request} className={styles.seal}>
                <a className="mono" href={href("approvals", one.request.request, { folder: "open" })}>
                  {one.request.label}
                </a>
                <span className="wrap">{shortTitle(one)}</span>
                <span className="small t3 nowrap">{one.requester ? "asked for it" : "countersigned"}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** What came into force by a request is said as the operation. */
function aboutWord(about: string): string {
  return Object.hasOwn(OPERATION, about) ? operationName(about as OperationKind) : about;
}

function History({ detail: { history } }: { readonly detail: PersonDetailView }) {
  return (
    <Section title="History">
      {history.length === 0 ? (
        <p className="small t3">Nothing is recorded yet.</p>
      ) : (
        <ol className={styles.timeline}>
          {history.map((event) => {
            const said = actWord(event.verb);
            return (
              <li key={event.entry}>
                <span className="med">{said.word}</span>
                {event.about !== "" && <span>: {aboutWord(event.about)}</span>}
                <span className="t2" title={longMoment(event.at)}>
                  {" "}
                  · {day(event.at)}, {clock(event.at)}
                  {event.by && ` · ${event.by.name}`}
                </span>
                <span className="t3">
                  {event.request && (
                    <>
                      {" "}
                      <a href={href("approvals", event.request.request, { folder: "decided" })}>{event.request.label}</a>
                    </>
                  )}{" "}
                  <a href={href("ledger", String(event.entry))}>entry {count(event.entry)}</a>
                </span>
                {event.reason !== "" && <span className={`prose t2 ${styles.because ?? ""}`}>{event.reason}</span>}
                <span className="sr">
                  <Ago at={event.at} />
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
