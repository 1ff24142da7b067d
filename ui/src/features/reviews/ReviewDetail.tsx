import { useKeys } from "../../commands/keys";
import { useAct, useRead, type ReviewDetailView, type ReviewId } from "../../host";
import { Button, count, instead, moment, Problem, Reading, refusal, REVIEW_KIND, ReviewFacts, Seal } from "../../kit";
import { href, scopeHref } from "../../routes/route";
import styles from "./reviews.module.css";

/** One item: what was done, by whom, why, with the ways to look at it; then the sign-off. */
export function ReviewDetail({ review }: { readonly review: ReviewId }) {
  const { view, error, again } = useRead("review_detail", { review }, { keep: false });
  return (
    <section className={styles.detail} aria-label={`Review of ${view?.row.subject ?? ""}`} data-region="detail">
      <Reading view={view} error={error} again={again} label="the item" lines={10}>
        {(item) => <Detail item={item} />}
      </Reading>
    </section>
  );
}

function Detail({ item }: { readonly item: ReviewDetailView }) {
  const { row, signOff } = item;
  const sign = useAct("open_sign_window");
  const start = () => {
    sign.act({ subject: { sign: "review", review: row.review } });
  };
  const mine = signOff.allowed && row.signedOff === null;
  useKeys("This item", mine ? [{ keys: "c", label: "Sign off", act: start, shown: true }] : []);
  return (
    <>
      <div className={styles.inner}>
        <div>
          <h2 className="big-title wrap">
            {REVIEW_KIND[row.kind].word}: {row.subject}
          </h2>
          <p className="small t3">
            {row.by.name}, {moment(row.at)}
          </p>
        </div>
        <ReviewFacts item={item} />
        <Ways item={item} />
        <Second item={item} />
      </div>
      {row.signedOff === null && (
        <div className={styles.act}>
          {sign.error && <Problem error={sign.error} />}
          {mine && (
            <Button kind="primary" size="lg" icon="stamp" hint="C" busy={sign.busy} onClick={start}>
              Sign off…
            </Button>
          )}
          <p className="small t2 grow" data-testid="why-not">
            {mine ? "Your signature says that you have looked at it. It changes nothing else." : signOff.reason ? `${refusal(signOff.reason)} ${signOff.eligible.length > 0 ? instead(signOff.eligible.map((who) => who.name)) : ""}` : ""}
          </p>
        </div>
      )}
    </>
  );
}

/** Where to look: the key or tenant, the request, the run, the certificate, the ledger. */
function Ways({ item }: { readonly item: ReviewDetailView }) {
  const ways: [string, string][] = [
    ...(item.subject ? ([[scopeHref(item.subject.scope), item.subject.name]] as [string, string][]) : []),
    ...(item.request ? ([[href("approvals", item.request.request, { folder: "decided" }), item.request.label]] as [string, string][]) : []),
    ...(item.run ? ([[href("runs", item.run.run), item.run.label]] as [string, string][]) : []),
    ...(item.certificate ? ([[href("certificates", item.certificate.certificate), item.certificate.label]] as [string, string][]) : []),
    [href("ledger", String(item.entry)), `Ledger entry ${count(item.entry)}`],
  ];
  return (
    <section aria-label="Look at it" className="stack tight">
      <h3 className="strong">Look at it</h3>
      <ul className={styles.ways}>
        {ways.map(([to, title]) => (
          <li key={to}>
            <a href={to}>{title}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Second({ item: { row } }: { readonly item: ReviewDetailView }) {
  const done = row.signedOff;
  return (
    <section aria-label="Second look" className="stack tight">
      <h3 className="strong">Second look</h3>
      <div className="sealslots">
        <div className="slot">
          {done ? <Seal look="signed" size={48} initials={done.by.initials} label={`Signed off by ${done.by.name}`} /> : <Seal look={row.waitsForMe ? "mine" : "empty"} size={48} label="Not signed off yet" />}
          {done ? (
            <div className={styles.slotText}>
              <span className="who trunc">{done.by.name}</span>
              <span>
                signed off {moment(done.at)}
              </span>
              {done.note !== "" && <span className="prose">“{done.note}”</span>}
              <a href={href("ledger", String(done.entry))}>entry {count(done.entry)}</a>
            </div>
          ) : (
            <div className={styles.slotText}>
              <span className={row.waitsForMe ? "who c-ink" : "who"}>{row.waitsForMe ? "Waiting for you" : "Not signed off yet"}</span>
              <span>Anyone but {row.by.name}</span>
            </div>
          )}
        </div>
      </div>
    </section>
  );
}
