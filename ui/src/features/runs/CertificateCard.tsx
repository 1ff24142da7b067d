import { useAct, type RunDetailView } from "../../host";
import { Button, Icon, Problem } from "../../kit";
import { go, href } from "../../routes/route";

/** A run that destroyed something ends with a certificate: not before everything is proven. */
export function CertificateCard({ detail: { row, certificate, certifies } }: { readonly detail: RunDetailView }) {
  const issue = useAct("certificate_issue", { done: (view) => { go("certificates", view.row.certificate); } });
  if (!certifies) return null;
  return (
    <section className="card" aria-label="Certificate of destruction">
      <header>
        <h2>Certificate of destruction</h2>
      </header>
      <div className="body stack tight">
        {certificate !== null ? (
          <p className="row">
            <Icon name="file-text" />
            <a href={href("certificates", certificate.certificate)}>{certificate.label}</a>
          </p>
        ) : row.state === "finished" ? (
          <>
            <p className="small t2">Every proof is there.</p>
            <span>
              <Button icon="file-text" busy={issue.busy} onClick={() => { issue.act({ run: row.run }); }}>
                Issue certificate
              </Button>
            </span>
          </>
        ) : (
          <p className="small t2">Issued when the run has ended: not while any proof is missing.</p>
        )}
        {issue.error && <Problem error={issue.error} />}
      </div>
    </section>
  );
}
