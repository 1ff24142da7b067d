import { useKeys } from "../../commands/keys";
import { useRead, type PeopleView, type PersonRowView, type ProofView, type QuorumHealthView } from "../../host";
import { Button, count, counted, Empty, Icon, instead, listed, Note, Reading, refusal, ROLE, Scroll, Seal, Segments, Status, useNow, useRowHeight, VirtualTable, type ColumnHead } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./people.module.css";
import { PersonDetail } from "./PersonDetail";
import { Quorums } from "./Quorums";
import { ACTOR, lostClock, PERSON_STATUS, proofSaid, unmetSentence } from "./words";

const COLUMNS: readonly ColumnHead[] = [
  { id: "name", label: "Person" },
  { id: "roles", label: "Roles" },
  { id: "devices", label: "Devices", numeric: true },
  { id: "rehearsal", label: "Last rehearsal" },
  { id: "duties", label: "Duties acknowledged", hideNarrow: true },
  { id: "status", label: "Status" },
];

/** Who is enrolled, how alive each is, and what they could sign together today. */
export default function People({ route }: { readonly route: Route }) {
  const { view, error, again } = useRead("people", {});
  const quorums = route.query["show"] === "quorums";
  const close = () => {
    replace(href("people", null, route.query));
    document.querySelector<HTMLElement>("[role='row'][tabindex='0']")?.focus();
  };
  const unmet = view?.quorums.filter((one) => !one.met) ?? [];
  useKeys("People", [
    ...(view?.enrol.allowed === true ? [{ keys: "i", label: "Enrol", act: () => { go("people", "enrol"); }, shown: true }] : []),
    ...(route.id === null ? [] : [{ keys: "Escape", label: "Close", act: close, shown: true }]),
  ]);
  return (
    <>
      <TopBar title="People" meta={view && counted(view.people.filter((row) => row.status === "active" && row.kind === "operator").length, "operator may act", "operators may act")}>
        <Segments
          label="Shown"
          value={quorums ? "quorums" : "people"}
          choose={(show) => { replace(href("people", route.id, { show: show === "people" ? "" : show })); }}
          options={[{ value: "people", label: "Everyone", ...(view ? { count: view.people.length } : {}) }, { value: "quorums", label: "Quorum today", ...(unmet.length > 0 ? { count: unmet.length } : {}) }]}
        />
      </TopBar>
      <Main label="People">
        <div className={`${styles.page ?? ""} ${route.id === null ? "" : (styles.open ?? "")}`}>
          <section className={styles.list} aria-label={quorums ? "Quorum today" : "Everyone"} data-region="list">
            <Reading view={view} error={error} again={again} label="people" lines={12}>
              {(people) => (
                <>
                  <Head people={people} unmet={unmet} quorums={quorums} />
                  {quorums ? (
                    <Scroll label="Operations and who could sign them" className={styles.scroll}>
                      <Quorums people={people} />
                    </Scroll>
                  ) : (
                    <Table people={people.people} current={route.id} open={(row) => { replace(href("people", row.person.operator, route.query)); }} />
                  )}
                </>
              )}
            </Reading>
          </section>
          {route.id !== null && view && <PersonDetail key={route.id} id={route.id} people={view} close={close} />}
        </div>
      </Main>
    </>
  );
}

/** What must be known before the list: a quorum that could not be met, a lost device whose clock runs; then the act. */
function Head({ people, unmet, quorums }: { readonly people: PeopleView; readonly unmet: readonly QuorumHealthView[]; readonly quorums: boolean }) {
  const now = useNow(20_000);
  const lost = people.people.flatMap((row) => (row.lost === null || row.lost.wiped !== null ? [] : [{ row, lost: row.lost }]));
  return (
    <div className={styles.head}>
      {unmet.length > 0 && (
        <Note tone={unmet.some((one) => one.why === "too_few") ? "alert" : "warn"} role="alert" icon="users">
          <b>{unmetSentence(unmet)}</b>{" "}
          {quorums ? "The list says why, and who would have to join or come back." : <a href={href("people", null, { show: "quorums" })}>See why, and what would help.</a>}
        </Note>
      )}
      {lost.map(({ row, lost: one }) => {
        const clock = lostClock(one, now);
        return (
          <Note key={one.device} tone={clock.tone === "ok" ? "info" : clock.tone} role="alert" icon="hourglass">
            <b>
              {one.name} of {row.person.name} is lost.
            </b>{" "}
            {clock.report} {clock.wipe} <a href={href("people", row.person.operator)}>Record it.</a>
          </Note>
        );
      })}
      <div className={styles.bar}>
        <p className="small t2 grow">A new person, device or role takes two people. Ending access takes one, at once.</p>
        {people.enrol.allowed ? (
          <Button icon="plus" hint="I" onClick={() => { go("people", "enrol"); }}>
            Enrol an operator…
          </Button>
        ) : (
          people.enrol.reason && (
            <p className="small t3" data-testid="why-not">
              No enrolment: {refusal(people.enrol.reason)} {people.enrol.eligible.length > 0 && instead(people.enrol.eligible.map((who) => who.name))}
            </p>
          )
        )}
      </div>
    </div>
  );
}

function Table({ people, current, open }: { readonly people: readonly PersonRowView[]; readonly current: string | null; readonly open: (row: PersonRowView) => void }) {
  const { operator: me } = useSession();
  const now = useNow(60_000);
  const height = useRowHeight();
  if (people.length === 0) return <Empty icon="users" title="Nobody is enrolled">The two founders appear here once entry 1 is signed.</Empty>;
  return (
    <VirtualTable
      label="People"
      columns={COLUMNS}
      template={styles.columns ?? ""}
      rows={people}
      total={people.length}
      rowKey={(row) => row.person.operator}
      cells={(row) => cells(row, row.person.operator === me.operator, now)}
      current={current}
      open={open}
      more={false}
      loadMore={nothing}
      rowHeight={height + 12}
    />
  );
}

/** Everybody is on the one page. */
function nothing(): void {
  return undefined;
}

function Proof({ proof, now }: { readonly proof: ProofView; readonly now: Date }) {
  return proof.state === "none" ? <span className="t3 small">not owed</span> : <Status said={proofSaid(proof, now)} />;
}

function cells(row: PersonRowView, mine: boolean, now: Date) {
  const human = row.kind === "operator";
  const gone = row.status === "left";
  return [
    <span key="name" className="row">
      <Seal look={gone ? "void" : human ? (row.status === "active" ? "signed" : "declined") : "empty"} initials={row.person.initials} size={30} label={human ? `Seal of ${row.person.name}` : `${ACTOR[row.kind].word}: never seals`} />
      <span className={styles.who}>
        <span className="row">
          <span className="med trunc" title={row.person.name}>
            {row.person.name}
          </span>
          {mine && <span className="t3 small">you</span>}
          {!human && (
            <span className={`chip ${styles.kind ?? ""}`} title={ACTOR[row.kind].says}>
              <Icon name={ACTOR[row.kind].icon} />
              {ACTOR[row.kind].word}
            </span>
          )}
        </span>
        <span className="t3 small trunc" title={row.identity}>
          {row.identity}
        </span>
      </span>
    </span>,
    <span key="roles" className={styles.roles} title={listed(row.person.roles.map((role) => ROLE[role]))}>
      <span className="trunc">{row.person.roles.length === 0 ? <span className="t3">none in force</span> : listed(row.person.roles.map((role) => ROLE[role]))}</span>
      {row.cooling.length > 0 && (
        <span className="t3 small trunc">
          {listed(row.cooling.map((role) => ROLE[role]))} does not count yet
        </span>
      )}
    </span>,
    row.lost !== null && row.lost.wiped === null ? (
      <span key="devices" className="st alert" title={`${row.lost.name} is lost`}>
        <Icon name="triangle-alert" />
        {count(row.devices)}
      </span>
    ) : (
      count(row.devices)
    ),
    <Proof key="rehearsal" proof={row.rehearsal} now={now} />,
    <Proof key="duties" proof={row.acknowledgement} now={now} />,
    <Status key="status" said={PERSON_STATUS[row.status]} />,
  ];
}
