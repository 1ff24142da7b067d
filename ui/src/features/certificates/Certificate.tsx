import { useKeys } from "../../commands/keys";
import { useRead, type CertificateId, type CertificateView } from "../../host";
import { count, ENVIRONMENT, Erasure, groups, moment, Reading, RESIDUE, ROLE, Seal, shortKeyId } from "../../kit";
import { go, href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./certificates.module.css";
import { Save } from "./Save";

/** A certificate of destruction, as it is printed. */
export default function Certificate({ id }: { readonly id: string }) {
  const { view, error, again } = useRead("certificate", { certificate: id as CertificateId }, { keep: false });
  useKeys("Certificate", [{ keys: "Escape", label: "Back", act: () => { go("certificates"); }, shown: true }]);
  return (
    <>
      <TopBar title={view?.row.label ?? "Certificate"} crumb={{ label: "Certificates", href: href("certificates") }} />
      <Main label={`Certificate ${view?.row.label ?? ""}`}>
        <div className="scroll">
          <Reading view={view} error={error} again={again} label="the certificate" lines={12}>
            {(certificate) => (
              <div className={styles.desk}>
                <Page certificate={certificate} />
                <aside className="stack" aria-label="About this certificate">
                  <Save certificate={certificate} />
                  <Reviewed certificate={certificate} />
                </aside>
              </div>
            )}
          </Reading>
        </div>
      </Main>
    </>
  );
}

function Page({ certificate }: { readonly certificate: CertificateView }) {
  const { row } = certificate;
  return (
    <article className={styles.paper} aria-label="Certificate of destruction" data-testid="certificate">
      <header>
        <div>
          <p className="small t2">
            Countersign · custody {certificate.custody}, {ENVIRONMENT[certificate.environment].toLowerCase()}
          </p>
          <h2 className={styles.title}>Certificate of destruction</h2>
          <p>
            {row.operation === "offboard_tenant" ? "Keys of the tenant" : "Of"} <b className="strong wrap">{row.subject}</b>
          </p>
        </div>
        <p className={`small t2 ${styles.right ?? ""}`}>
          <b className="mono strong">{row.label}</b>
          <span>issued {moment(row.issuedAt)}</span>
          <span>by {certificate.issuedBy.name}</span>
          <span>
            request <a href={href("approvals", certificate.request.request, { folder: "decided" })}>{certificate.request.label}</a> · run <a href={href("runs", certificate.run.run)}>{certificate.run.label}</a>
          </span>
        </p>
      </header>
      <Part title="Why">
        <p className="prose">{certificate.reason}</p>
        <p className="small t3">Change record {certificate.changeRecord}</p>
      </Part>
      <Part title="What was destroyed, and how that was proven">
        <table className={styles.proofs}>
          <thead className="sr">
            <tr>
              <th scope="col">What</th>
              <th scope="col">When</th>
              <th scope="col">How it was proven</th>
            </tr>
          </thead>
          <tbody>
            {certificate.destroyed.map((one, at) => (
              <tr key={at}>
                <th scope="row">
                  {one.count > 1 && `${count(one.count)} `}
                  {one.what}
                </th>
                <td className="num">{one.at === null ? "–" : moment(one.at)}</td>
                <td>
                  {one.proof} {one.entry !== null && <a href={href("ledger", String(one.entry))}>entry {count(one.entry)}</a>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Part>
      <Part title="What honestly remained, and until when">
        <Erasure erasure={certificate.erasure} />
        {certificate.remains.length > 0 && (
          <table className={styles.proofs}>
            <thead className="sr">
              <tr>
                <th scope="col">What</th>
                <th scope="col">Until</th>
                <th scope="col">Known from</th>
              </tr>
            </thead>
            <tbody>
              {certificate.remains.map((one, at) => (
                <tr key={at}>
                  <th scope="row">{one.what === "" ? RESIDUE[one.kind] : one.what}</th>
                  <td className="num">{one.until === null ? "no date known" : `until ${moment(one.until)}`}</td>
                  <td>{one.checked ? "read from the system itself" : "stated by configuration, not checked by Countersign"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Part>
      <Part title="Signed by">
        <ul className={styles.seals}>
          {certificate.seals.map((seal) => (
            <li key={seal.deviceKey} className="row">
              <Seal look="signed" size={40} initials={seal.by.initials} label={`Seal of ${seal.by.name}`} />
              <span className="col small">
                <span className="med">{seal.by.name}</span>
                <span className="t2">
                  {seal.role === null ? "" : `${ROLE[seal.role]}, `}
                  {seal.requester ? "asked" : "countersigned"}
                </span>
                <span className="t2 num">{moment(seal.at)}</span>
                <span className="mono t2" title={seal.deviceKey}>
                  {shortKeyId(seal.deviceKey)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Ledger">
        <dl className="kv small">
          <dt>Entries</dt>
          <dd className="mono">
            {certificate.entries.map((range, at) => (
              <span key={range.first}>
                {at > 0 && "; "}
                <a href={href("ledger", String(range.first))}>
                  {count(range.first)}
                  {range.last > range.first && ` – ${count(range.last)}`}
                </a>
              </span>
            ))}
          </dd>
          <dt>This certificate</dt>
          <dd className="mono wrap">sha256 {groups(certificate.digest)}</dd>
        </dl>
      </Part>
      <footer className="small t2">
        <p>
          Check it without Countersign&rsquo;s database: <span className="mono">countersign certificate verify {row.label}.json</span>.
        </p>
        <h3 className="med">What it does not prove</h3>
        <ul className={styles.not}>
          {certificate.notProven.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </footer>
    </article>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Reviewed({ certificate: { reviewedBy, reviewedAt } }: { readonly certificate: CertificateView }) {
  return (
    <section className="card" aria-label="Second look">
      <header>
        <h2>Second look</h2>
      </header>
      <div className="body small t2">
        {reviewedBy !== null && reviewedAt !== null ? (
          <p>
            {reviewedBy.name} signed it off, {moment(reviewedAt)}.
          </p>
        ) : (
          <p>
            Waits on the <a href={href("reviews")}>review list</a> for a second person.
          </p>
        )}
      </div>
    </section>
  );
}
