import { useRead, type PastReviewView, type ReviewSignatureView } from "../../host";
import { count, counted, Empty, groups, Hash, Note, Reading, ROLE, Scroll, Seal, Status, When } from "../../kit";
import { href } from "../../routes/route";
import { becameWords } from "./groups";
import styles from "./schedule.module.css";

/** Reviews of the past: who signed which checkpoint over which list, and what was found. */
export function History() {
  const { view, error, again } = useRead("transition_history", {}, { keep: false });
  return (
    <Scroll label="Reviews of the past" region="list" className={styles.page}>
      <Reading view={view} error={error} again={again} label="reviews of the past" lines={8}>
        {({ reviews }) => (reviews.length === 0 ? <Empty icon="scroll-text" title="No review yet">Two leads sign the first one under Biweekly review.</Empty> : reviews.map((review) => <Past key={review.until} review={review} />))}
      </Reading>
    </Scroll>
  );
}

function Past({ review }: { readonly review: PastReviewView }) {
  const title = `Entries ${count(review.after + 1)} to ${count(review.until)}`;
  const said = !review.holds
    ? { word: "A signature does not verify", icon: "triangle-alert" as const, tone: "alert" as const }
    : review.closed === null
      ? { word: "Not closed", icon: "circle-dashed" as const, tone: "warn" as const }
      : { word: "Closed, both signatures verified", icon: "shield-check" as const, tone: "ok" as const };
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="t3 small">{counted(review.items, "item")}</span>
        <span className="end">
          <Status said={said} />
        </span>
      </header>
      <div className={styles.past}>
        <div className={styles.seals}>
          <Signature of={review.signed} />
          {review.closed ? <Signature of={review.closed} /> : <p className="small t3">The second lead did not sign: a later review took its place, or it still waits.</p>}
        </div>
        {review.findings.map((finding) => (
          <Note key={`${finding.entry ?? 0} ${finding.words}`} tone={finding.becomes.is === "note" ? "info" : "warn"}>
            {finding.words}{" "}
            <span className="small t3">
              {becameWords(finding)}
              {finding.about !== null && (
                <>
                  , <a href={href("ledger", String(finding.about))}>entry {count(finding.about)}</a>
                </>
              )}
            </span>
          </Note>
        ))}
        <div className={`small t3 ${styles.hashes ?? ""}`}>
          <span className="row">
            Checkpoint <Hash value={review.root} label="root of the checkpoint" short={`${groups(review.root.slice(0, 16))} …`} />
          </span>
          <span className="row">
            List <Hash value={review.digest} label="digest of the list" short={`${groups(review.digest.slice(0, 16))} …`} />
          </span>
        </div>
      </div>
    </section>
  );
}

function Signature({ of }: { readonly of: ReviewSignatureView }) {
  return (
    <div className={styles.sign}>
      <Seal look="signed" size={40} initials={of.by.initials} label={`Signed by ${of.by.name}`} />
      <span className="col">
        <span className="med">{of.by.name}</span>
        <p className="small t3">
          {ROLE[of.role]}, <When at={of.at} />, <a href={href("ledger", String(of.entry))}>entry {count(of.entry)}</a>
        </p>
        {of.note !== "" && <span className="small prose">“{of.note}”</span>}
      </span>
    </div>
  );
}
