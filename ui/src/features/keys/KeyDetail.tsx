import { useRead, type KeyDetailView, type KeyId } from "../../host";
import { Ago, CLASSIFICATION, count, counted, day, due, duration, Hash, Icon, IconButton, KEY_ICON, KEY_STATE, KEY_TYPE, listed, Note, Reading, REQUEST_STATE, Seals, shortTitle, Status, STORAGE, VERSION_STATE, VIOLATION, ENVIRONMENT } from "../../kit";
import { onlyAuditor } from "../../commands/registry";
import { href } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Holds } from "../protect/Holds";
import { Confirm } from "../protect/Protect";
import { KeyActs } from "./KeyActs";
import styles from "./keys.module.css";
import { Timeline } from "./Timeline";

/** Everything about one key: what it is, where its rotation stands, its versions, its history, its requests. */
export function KeyDetail({ id, close }: { readonly id: string; readonly close: () => void }) {
  const { view, error, again } = useRead("key_detail", { key: id as KeyId }, { keep: false });
  return (
    <aside className={styles.drawer} aria-label={`Key ${view?.row.name ?? ""}`} data-region="detail" data-testid="key-detail">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close key" onClick={close} />
      </div>
      <Reading view={view} error={error} again={again} label="the key" lines={10}>
        {(detail) => (
          <>
            <div className={styles.inner}>
              <Head detail={detail} />
              <Unconfirmed detail={detail} />
              <Rotation detail={detail} />
              <Facts detail={detail} />
              <KeyHolds detail={detail} />
              <Versions detail={detail} />
              <Requests detail={detail} />
              <Timeline events={detail.timeline} />
            </div>
            <KeyActs detail={detail} />
          </>
        )}
      </Reading>
    </aside>
  );
}

function Head({ detail }: { readonly detail: KeyDetailView }) {
  const { row } = detail;
  return (
    <div className="stack tight">
      <div className={`row ${styles.name ?? ""}`}>
        <Icon name={KEY_ICON[row.keyType]} />
        <h2 className="mono strong wrap grow">{row.name}</h2>
        <Status said={KEY_STATE[row.state]} />
      </div>
      <p className="small t2 wrap">
        {KEY_TYPE[row.keyType]}. {detail.purpose === "" ? "No purpose declared" : detail.purpose}. Owner: {detail.owner === "" ? "nobody" : detail.owner}.
      </p>
    </div>
  );
}

function Rotation({ detail }: { readonly detail: KeyDetailView }) {
  const { row } = detail;
  const broken = detail.violations.filter((violation) => violation !== "overdue");
  const open = detail.requests.find((request) => request.state === "open" || request.state === "approved");
  const asked = open && (
    <>
      {" "}
      <a href={href("approvals", open.request, { folder: "open" })}>{open.label}</a> {open.waitsForMe ? "waits for your seal." : open.state === "approved" ? "is approved." : "waits for a second seal."}
    </>
  );
  const rule = detail.rotateEveryDays === null ? "" : ` (every ${counted(detail.rotateEveryDays, "day")}${detail.ruleClause === null ? "" : `, ${detail.ruleClause}`})`;
  return (
    <>
      {row.rotateBy !== null && row.dueInDays !== null && row.dueInDays < 0 && (
        <Note tone="alert" icon="timer-reset">
          Rotation is {duration(-row.dueInDays * 86_400)} late{rule}.{asked}
        </Note>
      )}
      {row.rotateBy !== null && row.dueInDays !== null && row.dueInDays >= 0 && (
        <Note tone={row.dueInDays <= 14 ? "warn" : "info"} icon="timer-reset">
          Rotate by {day(row.rotateBy)}, {row.dueInDays <= 30 ? due(row.rotateBy, row.dueInDays) : `in ${count(row.dueInDays)} d`}
          {rule}.{asked}
        </Note>
      )}
      {broken.length > 0 && (
        <Note tone="alert">
          <b>Breaks a rule:</b> {listed(broken.map((violation) => VIOLATION[violation]))}.
        </Note>
      )}
    </>
  );
}

function Unconfirmed({ detail: { unconfirmed } }: { readonly detail: KeyDetailView }) {
  if (unconfirmed === null) return null;
  return (
    <Note tone="alert" role="alert">
      <b>The vault has not confirmed this yet.</b> Since <Ago at={unconfirmed.since} /> the register says that {unconfirmed.subject.name} is out of use; the vault may still use it.
      <div className={styles.confirm}>
        <Confirm act={unconfirmed.act} />
      </div>
    </Note>
  );
}

function KeyHolds({ detail: { holds } }: { readonly detail: KeyDetailView }) {
  const { operator } = useSession();
  if (holds.length === 0) return null;
  return (
    <section aria-label="Holds" className="stack tight">
      <h3 className="strong">Holds</h3>
      <Holds holds={holds} auditor={onlyAuditor(operator)} />
    </section>
  );
}

function Facts({ detail }: { readonly detail: KeyDetailView }) {
  const { row } = detail;
  const facts: [string, React.ReactNode][] = [
    ["Algorithm", detail.algorithm],
    ["Kept in", STORAGE[detail.storage] + (detail.phaseOutBy === null ? "" : `, to be left by ${day(detail.phaseOutBy)}`)],
    ...(detail.vaultHost === null ? [] : ([["Vault", <span key="vault" className="mono wrap">{detail.vaultHost}{detail.vaultName !== null && detail.vaultName !== row.name ? `/${detail.vaultName}` : ""}</span>]] as [string, React.ReactNode][])),
    ...(detail.wrappedBy === null ? [] : ([["Wrapped by", <a key="kek" className="mono" href={href("keys", detail.wrappedBy.key)}>{detail.wrappedBy.name}{detail.wrappedByVersion === null ? "" : ` v${detail.wrappedByVersion}`}</a>]] as [string, React.ReactNode][])),
    ...(row.tenant === null ? [] : ([["Tenant", <span key="tenant">{detail.tenant === null ? row.tenant : <a href={href("tenants", detail.tenant)}>{row.tenant}</a>}{row.integration === null ? "" : ` · ${row.integration}`}</span>]] as [string, React.ReactNode][])),
    ...(row.secretName === null ? [] : ([["Secret", row.secretName]] as [string, React.ReactNode][])),
    ...(row.wraps === null ? [] : ([["Wraps", <a key="wraps" href={href("keys", null, { kek: row.key })}>{counted(row.wraps, "DEK")} of {counted(detail.tenants, "tenant")}</a>]] as [string, React.ReactNode][])),
    ["Tokens", count(detail.tokens)],
    ["Class", CLASSIFICATION[detail.classification]],
    ["Environment", ENVIRONMENT[detail.environment]],
    ...(detail.createdAt === null ? [] : ([["Created", day(detail.createdAt)]] as [string, React.ReactNode][])),
    ...(detail.activatedAt === null ? [] : ([["In use since", day(detail.activatedAt)]] as [string, React.ReactNode][])),
    ...(detail.expiresAt === null ? [] : ([["Expires", day(detail.expiresAt)]] as [string, React.ReactNode][])),
  ];
  return (
    <dl className="kv">
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd className="wrap">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Versions({ detail }: { readonly detail: KeyDetailView }) {
  return (
    <section aria-label="Versions" className="stack tight">
      <h3 className="strong">Versions</h3>
      {detail.versions.length === 0 ? (
        <p className="small t3">No version is recorded.</p>
      ) : (
        <ul className={styles.versions}>
          {detail.versions.map((version) => (
            <li key={version.version}>
              <span className="mono med">v{version.version}</span>
              <span className="small t2 num">
                {version.until === null ? `since ${day(version.since)}` : `${day(version.since)} to ${day(version.until)}`}
                {version.wraps !== null && version.wraps > 0 && ` · ${counted(version.wraps, "DEK")}`}
                {version.publicKeyDigest !== null && (
                  <span className={styles.digest}>
                    <Hash value={version.publicKeyDigest} label={`public key digest of v${version.version}`} />
                  </span>
                )}
              </span>
              <Status said={VERSION_STATE[version.state]} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Requests({ detail }: { readonly detail: KeyDetailView }) {
  if (detail.requests.length === 0) return null;
  return (
    <section aria-label="Requests" className="stack tight">
      <h3 className="strong">Requests</h3>
      <ul className={styles.versions}>
        {detail.requests.map((request) => (
          <li key={request.request}>
            <Seals slots={request.slots} size={20} />
            <span className="col small">
              <a className="med" href={href("approvals", request.request, { folder: request.state === "open" || request.state === "approved" ? "open" : "decided" })}>
                {request.label}, {shortTitle(request)}
              </a>
              <span className="t3">
                {request.requester.name}, <Ago at={request.requestedAt} />
              </span>
            </span>
            <Status said={REQUEST_STATE[request.state]} />
          </li>
        ))}
      </ul>
    </section>
  );
}
