import { useState } from "react";

import { useAct, type DutyKind, type OwnDutiesView, type PeopleView, type PersonRowView } from "../../host";
import { Button, counted, Note, Problem, refusal, Section, Status, useNow } from "../../kit";
import styles from "./people.module.css";
import { proofSaid } from "./words";

/** What one owes for oneself: the duties in their words, and a signature that shows one can still give it. */
export function Own({ own, row, people }: { readonly own: OwnDutiesView; readonly row: PersonRowView; readonly people: PeopleView }) {
  const [reading, setReading] = useState(row.acknowledgement.state !== "in_time");
  const now = useNow(60_000);
  const sign = useAct("open_sign_window");
  const start = (duty: DutyKind) => {
    sign.act({ subject: { sign: "duty", duty } });
  };
  const may = own.sign.allowed;
  return (
    <Section title="Your duties">
      <ul className={styles.boxed}>
        <li className={styles.duty}>
          <span className="col">
            <span className="med">Rehearsal signature</span>
            <span className="small t3">Every {counted(people.rehearsalDays, "day")}: shows that you and your device key could sign today. A seal on a request counts as well.</span>
          </span>
          <Status said={proofSaid(row.rehearsal, now)} />
          {may && (
            <Button size="sm" icon="stamp" kind={row.rehearsal.state === "in_time" ? "ghost" : "primary"} busy={sign.busy} onClick={() => { start("rehearse"); }}>
              Rehearse…
            </Button>
          )}
        </li>
        <li className={styles.duty}>
          <span className="col">
            <span className="med">Duties of a custodian</span>
            <span className="small t3">
              Every {counted(people.acknowledgementDays, "day")}.{" "}
              <button type="button" className="link" aria-expanded={reading} onClick={() => { setReading(!reading); }}>
                {reading ? "Hide the words" : "Read the words"}
              </button>
            </span>
          </span>
          <Status said={proofSaid(row.acknowledgement, now)} />
          {may && (
            <Button size="sm" icon="stamp" kind={row.acknowledgement.state === "in_time" ? "ghost" : "primary"} busy={sign.busy} onClick={() => { start("acknowledge"); }}>
              Acknowledge…
            </Button>
          )}
          {reading && (
            <blockquote className={styles.words} data-testid="duties">
              {own.words.map((paragraph) => (
                <p key={paragraph}>{paragraph}</p>
              ))}
            </blockquote>
          )}
        </li>
      </ul>
      {!may && own.sign.reason && <Note>{refusal(own.sign.reason)}</Note>}
      {sign.error && <Problem error={sign.error} />}
    </Section>
  );
}
