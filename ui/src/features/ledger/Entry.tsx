import { useRead, type LedgerEntryView, type SignatureView, type SigningKeyKind } from "../../host";
import { actWord, Button, count, exactMoment, Hash, Icon, IconButton, listed, Reading, ROLE, Seal, shortId, shortKeyId } from "../../kit";
import { href } from "../../routes/route";
import { changesOf } from "./changes";
import styles from "./ledger.module.css";
import { Proof } from "./Proof";

/** One entry: who, what, why; its signatures and hashes, computed again here. */
export function Entry({ entry, close, about }: { readonly entry: number; readonly close: () => void; readonly about: (subject: string) => void }) {
  const { view, error, again } = useRead("ledger_entry", { entry }, { keep: false });
  return (
    <aside className={styles.entry} aria-label={`Entry ${entry}`} data-region="detail" data-testid="entry-detail">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close entry" onClick={close} />
      </div>
      <Reading view={view} error={error} again={again} label="the entry" lines={8}>
        {(detail) => <Detail detail={detail} about={about} />}
      </Reading>
    </aside>
  );
}

function Detail({ detail, about }: { readonly detail: LedgerEntryView; readonly about: (subject: string) => void }) {
  const { row } = detail;
  const act = actWord(row.verb);
  return (
    <div className={styles.inner}>
      <div className="stack tight">
        <p className="small t3 num">
          Entry {count(row.entry)} · {exactMoment(row.at)}
        </p>
        <h2 className={`lead strong wrap ${styles.title ?? ""}`}>
          {row.actor?.name ?? row.actorKind}: {act.word.toLowerCase()}
        </h2>
        <p className="t2 wrap">{row.subject}</p>
      </div>
      <section aria-label="Signatures" className="stack tight">
        {detail.signatures.length === 0 && <p className="t3 small">This entry carries no signature.</p>}
        {detail.signatures.map((signature) => (
          <Signature key={signature.key} signature={signature} />
        ))}
      </section>
      <dl className="kv">
        <dt>Verb</dt>
        <dd className="mono wrap">{row.verb}</dd>
        <dt>Purpose</dt>
        <dd className="wrap">{detail.purpose === "" ? "–" : detail.purpose}</dd>
        <dt>Subject</dt>
        <dd className="mono wrap">
          {row.subjectKind} {detail.subjectRaw}
        </dd>
        <dt>Previous</dt>
        <dd>
          <Hash value={detail.previousHash} label="previous hash" />
        </dd>
        <dt>This entry</dt>
        <dd>
          <Hash value={detail.hash} label="hash of this entry" />
        </dd>
        <dt>Chain</dt>
        <dd>{detail.hashHolds ? <Holds>hash computed again here: it holds</Holds> : <Fails>the hash computed here is another one</Fails>}</dd>
        <dt>Length</dt>
        <dd className="num">{count(detail.bytes)} bytes</dd>
        <dt>Id</dt>
        <dd className="mono wrap small">{detail.id}</dd>
      </dl>
      <Proof entry={row.entry} />
      <BeforeAndAfter detail={detail} />
      <Attributes detail={detail} />
      <Links detail={detail} about={about} />
    </div>
  );
}

const KIND: Record<SigningKeyKind, string> = { device: "device key", session: "session key", unknown: "unknown key" };

function Signature({ signature }: { readonly signature: SignatureView }) {
  const { by } = signature;
  return (
    <div className={styles.signature}>
      <Seal look={signature.holds ? "signed" : "void"} size={42} {...(by ? { initials: by.initials } : {})} label={`${signature.holds ? "Signature" : "Bad signature"} of ${by?.name ?? "an unknown key"}`} />
      <div className="col small">
        <span className="med">{by?.name ?? "Nobody who is enrolled"}</span>
        <span className="t2">
          {by && listed(by.roles.map((role) => ROLE[role]))}
          {signature.deviceName !== null && `, on device “${signature.deviceName}”`}
        </span>
        <span className="mono" title={signature.key}>
          {KIND[signature.keyKind]} {shortKeyId(signature.key)}
        </span>
        {signature.holds ? <Holds>Signature holds</Holds> : <Fails>Signature does not hold</Fails>}
      </div>
    </div>
  );
}

function Holds({ children }: { readonly children: string }) {
  return (
    <span className="st ok">
      <Icon name="circle-check" />
      {children}
    </span>
  );
}

function Fails({ children }: { readonly children: string }) {
  return (
    <span className="st alert">
      <Icon name="link-2-off" />
      {children}
    </span>
  );
}

/** What the entry says was before and is now, where it says both. */
function BeforeAndAfter({ detail }: { readonly detail: LedgerEntryView }) {
  const changes = changesOf(detail.attributes);
  if (changes.length === 0) return null;
  return (
    <section aria-label="Before and after" className="stack tight">
      <h3 className="strong">Before and after</h3>
      <dl className={`small ${styles.changes ?? ""}`}>
        {changes.map((change) => (
          <div key={change.name} className={styles.fact}>
            <dt className="t3">{change.name}</dt>
            <dd className="wrap">
              <span className={`mono ${styles.was ?? ""}`} title={change.before}>{shortId(change.before)}</span>
              <Icon name="arrow-right" size={12} />
              <span className="mono" title={change.after}>{shortId(change.after)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Attributes({ detail }: { readonly detail: LedgerEntryView }) {
  if (detail.attributes.length === 0) return null;
  return (
    <section aria-label="Attributes" className="stack tight">
      <h3 className="strong">Recorded with it</h3>
      <dl className="kv small">
        {detail.attributes.map((attribute) => (
          <div key={attribute.name} className={styles.fact}>
            <dt className="mono">{attribute.name}</dt>
            <dd className="wrap">{/^[0-9a-f]{40,}$/.test(attribute.value) && attribute.value.length <= 128 ? <Hash value={attribute.value} label={attribute.name} /> : attribute.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Links({ detail, about }: { readonly detail: LedgerEntryView; readonly about: (subject: string) => void }) {
  return (
    <p className={`row ${styles.acts ?? ""}`}>
      <Button size="sm" onClick={() => { about(`${detail.row.subjectKind}:${detail.subjectRaw}`); }}>
        All about this {detail.row.subjectKind.replace("_", " ")}
      </Button>
      {detail.request !== null && <a className="btn sm" href={href("approvals", detail.request, { folder: "decided" })}>Open request</a>}
      {detail.run !== null && <a className="btn sm" href={href("runs", detail.run)}>Open run</a>}
      {detail.key !== null && <a className="btn sm" href={href("keys", detail.key)}>Open key</a>}
    </p>
  );
}
