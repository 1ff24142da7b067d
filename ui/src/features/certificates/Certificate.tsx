import { useKeys } from "../../commands/keys";
import { useRead, type CertificateId, type CertificateView, type CertifiedStrength } from "../../host";
import { count, counted, day, ENVIRONMENT, groups, Icon, KEY_TYPE, listed, moment, momentSeconds, Note, Reading, ROLE, Seal, shortKeyId, type NoteTone } from "../../kit";
import { go, href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./certificates.module.css";
import { Save } from "./Save";

const STRENGTH: Record<CertifiedStrength, { readonly word: string; readonly tone: NoteTone }> = {
  cryptographic: { word: "cryptographic", tone: "ok" },
  limited: { word: "limited", tone: "warn" },
  deleted: { word: "deleted", tone: "info" },
};

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
                  <Checked certificate={certificate} />
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
              <th scope="col">How it was proven</th>
            </tr>
          </thead>
          <tbody>
            {certificate.destroyed.map((one, at) => (
              <tr key={at}>
                <th scope="row">
                  {KEY_TYPE[one.keyType]} <span className="mono">{one.name}</span>
                  {one.scope !== "" && <span className="t2"> of {one.scope}</span>}
                </th>
                <td>
                  <p>
                    {one.proof}; <a href={href("ledger", String(one.entry))}>entry {count(one.entry)}</a>
                  </p>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {certificate.destroyedTotal > certificate.destroyed.length && <p className="small t2">and {counted(certificate.destroyedTotal - certificate.destroyed.length, "more key", "more keys")}, each named in the saved files.</p>}
      </Part>
      <Part title="When, step by step">
        <table className={styles.proofs}>
          <thead className="sr">
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {certificate.evidence.map((one) => (
              <tr key={one.entry}>
                <th scope="row" className="num">
                  {momentSeconds(one.at)}
                </th>
                <td>
                  <p>
                    {one.words} <a href={href("ledger", String(one.entry))}>entry {count(one.entry)}</a>
                  </p>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {certificate.evidenceTotal > certificate.evidence.length && <p className="small t2">and {counted(certificate.evidenceTotal - certificate.evidence.length, "more piece of evidence", "more pieces of evidence")}, each in the saved files.</p>}
        <p className="small t2">
          {moment(certificate.beganAt)} to {moment(certificate.endedAt)}, carried out by {listed(certificate.executedBy.map((who) => who.name))}. {certificate.verification}
        </p>
      </Part>
      <Part title="What honestly remained, and until when">
        <Note tone={STRENGTH[certificate.strength].tone} icon={STRENGTH[certificate.strength].tone === "ok" ? "shield-check" : "triangle-alert"}>
          <b>Erasure strength: {STRENGTH[certificate.strength].word}.</b> {certificate.strengthWords}
        </Note>
        {certificate.remains.length > 0 && (
          <table className={styles.proofs}>
            <thead className="sr">
              <tr>
                <th scope="col">What</th>
                <th scope="col">Until</th>
                <th scope="col">What that means</th>
              </tr>
            </thead>
            <tbody>
              {certificate.remains.map((one) => (
                <tr key={one.copy}>
                  <th scope="row">{one.copy}</th>
                  <td className="num nowrap">{one.until === null ? "no date" : `until ${day(one.until)}`}</td>
                  <td>{one.words}</td>
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

function Checked({ certificate }: { readonly certificate: CertificateView }) {
  return (
    <section className="card" aria-label="Checked just now">
      <header>
        <h2>Checked just now</h2>
      </header>
      <ul className={`body small t2 ${styles.checked ?? ""}`}>
        {certificate.checked.map((sentence) => (
          <li key={sentence}>
            <Icon name="circle-check" size={14} />
            <span className="wrap">{sentence}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
