import { useKeys } from "../../commands/keys";
import { useAct, type ReviewFinding, type MayView, type ReviewSignatureView, type Role, type TransitionReviewView } from "../../host";
import { Bar, Button, count, counted, day, Hash, groups, IconButton, instead, moment, Note, Problem, refusal, ROLE, Seal } from "../../kit";
import { href } from "../../routes/route";
import { becameWords } from "./groups";
import styles from "./transitions.module.css";

type ClosingProps = { readonly review: TransitionReviewView; readonly done: number; readonly findings: readonly ReviewFinding[]; readonly drop: (at: number) => void; readonly write: () => void };

/** What the review is about, how far it is, who signs, what was found, and the act. */
export function Closing({ review, done, findings, drop, write }: ClosingProps) {
  const open = useAct("open_sign_window");
  const total = review.items.length;
  const late = BigInt(review.dueAt) < BigInt(review.now);
  const why = whyNot(review, done);
  const role = review.role;
  const sign = () => {
    if (role !== null) open.act({ subject: { sign: "transitions", until: review.until, digest: review.digest, role, findings: [...findings] } });
  };
  useKeys("Sign", why === null && role !== null ? [{ keys: "c", label: "Sign", act: sign, shown: true }] : []);
  return (
    <aside className={styles.side} aria-label="The review" data-region="detail">
      <div className={styles.facts}>
        <div className="stack tight">
          <h2 className="lead strong">
            Entries {count(review.after + 1)} to {count(review.until)}
          </h2>
          <p className={`small ${late ? "c-alert med" : "t3"}`}>
            {late ? `Due on ${day(review.dueAt)}: late` : `Due on ${day(review.dueAt)}`}, every {counted(review.everyDays, "day")}. {review.lastAt === null ? "The first review." : `Last closed on ${day(review.lastAt)}.`}
          </p>
          <Bar label="Looked at" done={done} total={total} {...(done === total ? { tone: "ok" as const } : {})} />
          <p className="small t2 num" data-testid="progress">
            {count(done)} of {counted(total, "item")} looked at · {count(review.routine)} routine
          </p>
        </div>
        <Leads signed={review.signed} role={role} sign={review.sign} />
        <Findings review={review} findings={findings} drop={drop} write={write} />
        <p className="small t3 row">
          List <Hash value={review.digest} label="digest of the list" short={`${groups(review.digest.slice(0, 16))} …`} />
        </p>
      </div>
      <div className={styles.act}>
        {open.error && <Problem error={open.error} />}
        {why === null ? (
          <Button kind="primary" size="lg" icon="stamp" hint="C" busy={open.busy} onClick={sign}>
            {review.signed ? "Close the review…" : "Sign the review…"}
          </Button>
        ) : null}
        <p className="small t2" data-testid="why-not">
          {why ?? (review.signed ? "Your signature cosigns the checkpoint and closes the review." : "Your signature makes the ledger's checkpoint. The other lead closes the review.")}
        </p>
        {review.looksMissing.length > 0 && (
          <a className="small" href={href("reviews")}>
            Look at what waits
          </a>
        )}
      </div>
    </aside>
  );
}

/** Why it can't be signed now, in one sentence; nothing where it can. */
function whyNot(review: TransitionReviewView, done: number): string | null {
  const { sign } = review;
  if (!sign.allowed) return [sign.reason && refusal(sign.reason), sign.eligible.length > 0 && instead(sign.eligible.map((who) => who.name))].filter(Boolean).join(" ");
  if (review.looksMissing.length > 0) return `${counted(review.looksMissing.length, "act")} of this period ${review.looksMissing.length === 1 ? "waits" : "wait"} for a second person's look. Nothing is signed before.`;
  const left = review.items.length - done;
  return left > 0 ? `${counted(left, "item")} still to look at.` : null;
}

const LEADS: readonly Role[] = ["security", "devops"];

function Leads({ signed, role, sign }: { readonly signed: ReviewSignatureView | null; readonly role: Role | null; readonly sign: MayView }) {
  return (
    <section aria-label="Signatures" className={styles.leads}>
      {LEADS.map((lead) => {
        const by = signed?.role === lead ? signed : null;
        const mine = by === null && sign.allowed && role === lead;
        return (
          <div key={lead} className={styles.lead}>
            {by ? <Seal look="signed" size={36} initials={by.by.initials} label={`Signed by ${by.by.name}`} /> : <Seal look={mine ? "mine" : "empty"} size={36} label={mine ? "Waiting for your signature" : "Not signed yet"} />}
            <span className="col">
              <span className={mine ? "med c-ink" : "med"}>{by ? by.by.name : mine ? "You" : "Not signed yet"}</span>
              <span className="small t3">
                {ROLE[lead]}
                {by && `, ${moment(by.at)}`}
              </span>
              {by && by.note !== "" && <span className="small prose">“{by.note}”</span>}
            </span>
          </div>
        );
      })}
    </section>
  );
}

function Findings({ review, findings, drop, write }: { readonly review: TransitionReviewView } & Pick<ClosingProps, "findings" | "drop" | "write">) {
  const named = (finding: ReviewFinding) => {
    const { becomes } = finding;
    if (becomes.is === "incident") return review.incidents.find((one) => one.hold === becomes.hold)?.label ?? "";
    return becomes.is === "exception" ? (review.exceptions.find((one) => one.request === becomes.request)?.label ?? "") : "";
  };
  return (
    <section aria-label="Findings" className="stack tight">
      <div className="row">
        <h3 className="strong">Findings</h3>
        <span className="grow" />
        <Button size="sm" icon="plus" hint="F" onClick={write}>
          Add
        </Button>
      </div>
      {review.found.length + findings.length === 0 && <p className="small t3">None yet. A finding becomes an incident, a request for an exception, or words on record.</p>}
      <ul className={styles.findings}>
        {review.found.map((finding) => (
          <li key={`${finding.entry ?? 0} ${finding.words}`}>
            <Note tone={finding.becomes.is === "note" ? "info" : "warn"}>
              {finding.words}{" "}
              <span className="small t3">
                {becameWords(finding)}, by {review.signed?.by.name}
              </span>
            </Note>
          </li>
        ))}
        {findings.map((finding, at) => (
          <li key={`${at} ${finding.words}`} className={styles.finding}>
            <Note tone={finding.becomes.is === "note" ? "info" : "warn"}>
              {finding.words}{" "}
              <span className="small t3">
                {becameWords({ becomes: finding.becomes, reference: named(finding) })}
                {finding.about !== null && `, entry ${count(finding.about)}`}
              </span>
            </Note>
            <IconButton icon="x" label={`Drop the finding “${finding.words}”`} onClick={() => { drop(at); }} />
          </li>
        ))}
      </ul>
    </section>
  );
}
