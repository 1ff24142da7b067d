import { useAct, useRead, type RegisterReviewView } from "../../host";
import { Ago, Button, count, counted, day, groups, Hash, instead, Note, Problem, Reading, refusal, Seal, When } from "../../kit";
import { href } from "../../routes/route";
import styles from "./exceptions.module.css";

/** The look at the whole register, from time to time, signed by one person and never by the same twice in a row. */
export function RegisterReview() {
  const { view, error, again } = useRead("exceptions_review", {}, { keep: false });
  return (
    <div className="scroll">
      <div className={styles.review}>
        <Reading view={view} error={error} again={again} label="the register" lines={8}>
          {(review) => <Page review={review} />}
        </Reading>
      </div>
    </div>
  );
}

function Page({ review }: { readonly review: RegisterReviewView }) {
  const { standing, last, dueAt, signOff } = review;
  const sign = useAct("open_sign_window");
  const late = dueAt !== null && BigInt(dueAt) < BigInt(review.at);
  const figures: [number, string, string][] = [
    [standing.expired, "expired, unanswered", "expired"],
    [standing.expiring, "expiring", "expiring"],
    [standing.active, "active", "active"],
    [standing.requested, "asked for", "requested"],
    [standing.open, "open in all", ""],
  ];
  return (
    <>
      {late && dueAt !== null && (
        <Note tone="warn" icon="hourglass">
          <b>The look is late.</b> It was due on {day(dueAt)}: the whole register is looked at every {counted(review.everyDays, "day")}.
        </Note>
      )}
      <section className="card" aria-label="The register now">
        <header>
          <h2>The register now</h2>
          <span className="t3 small end">
            read <Ago at={review.at} />
          </span>
        </header>
        <ul className={styles.figures}>
          {figures.map(([value, label, state]) => (
            <li key={label}>
              <a className={styles.figure} href={href("exceptions", null, { state })}>
                <span className={styles.value}>{count(value)}</span>
                <span className="small t2">{label}</span>
              </a>
            </li>
          ))}
        </ul>
        <div className="body stack tight">
          <p className="t2">
            Whoever signs off has looked at each open exception: whether its reason still holds, its controls are in place, and its way back is under way. What is signed is the digest of every open record with its date.
          </p>
          <p className="small t3 row">
            Digest <Hash value={review.digest} label="digest of the register" short={`${groups(review.digest.slice(0, 16))} …`} />
          </p>
        </div>
        <div className={styles.signing}>
          {sign.error && <Problem error={sign.error} />}
          {signOff.allowed ? (
            <Button kind="primary" size="lg" icon="stamp" busy={sign.busy} onClick={() => { sign.act({ subject: { sign: "register", digest: review.digest } }); }}>
              Sign off {counted(standing.open, "exception")}…
            </Button>
          ) : (
            <p className="small t2 grow" data-testid="why-not">
              {signOff.reason && refusal(signOff.reason)} {signOff.eligible.length > 0 && instead(signOff.eligible.map((who) => who.name))}
            </p>
          )}
          {signOff.allowed && <p className="small t2">Your signature says that you have looked. It changes no exception.</p>}
        </div>
      </section>
      <section className="card" aria-label="The last look">
        <header>
          <h2>The last look</h2>
          {dueAt !== null && !late && <span className="t3 small end">next by {day(dueAt)}</span>}
        </header>
        <div className="body">
          {last === null ? (
            <p className="t3">Nobody has signed the register off yet.</p>
          ) : (
            <div className="row">
              <Seal look="signed" size={40} initials={last.by.initials} label={`Signed off by ${last.by.name}`} />
              <span className="col">
                <span className="med">{last.by.name}</span>
                <span className="small t2">
                  <When at={last.at} />, {counted(last.open, "exception")} open, <a href={href("ledger", String(last.entry))}>entry {count(last.entry)}</a>
                </span>
                {last.note !== "" && <span className="prose">“{last.note}”</span>}
              </span>
            </div>
          )}
        </div>
      </section>
    </>
  );
}
