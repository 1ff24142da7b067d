import { useRead, type RuleSection, type RuleVersionView } from "../../host";
import { count, day, Empty, IconButton, longMoment, PeopleSeals, Reading, Chip } from "../../kit";
import { href } from "../../routes/route";
import { Changes } from "./Changes";
import styles from "./policies.module.css";
import { SECTION } from "./words";

/** Every version of a section, newest first: who signed it, why, and what it changed. */
export function History({ section, close }: { readonly section: RuleSection; readonly close: () => void }) {
  const { view, error, again } = useRead("rules_history", { section }, { keep: false });
  return (
    <aside className={styles.drawer} aria-label={`History of ${SECTION[section].title}`} data-region="detail" data-testid="rules-history">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close history" onClick={close} />
      </div>
      <div className={styles.inner}>
        <h2 className="strong">History</h2>
        <Reading view={view} error={error} again={again} label="the history" lines={8}>
          {({ versions }) => (versions.length === 0 ? <Empty icon="scroll-text" title="No version yet" /> : versions.map((version) => <Version key={version.version} version={version} section={section} />))}
        </Reading>
      </div>
    </aside>
  );
}

function Version({ version, section }: { readonly version: RuleVersionView; readonly section: RuleSection }) {
  const { request } = version;
  return (
    <section aria-label={`Version ${version.version}`} className={styles.version}>
      <div className="row">
        <h3 className="strong grow">Version {count(version.version)}</h3>
        {version.major && <Chip tone="warn">Major</Chip>}
        <PeopleSeals people={version.signedBy} size={22} />
      </div>
      <p className="small t3">
        <span title={longMoment(version.at)}>{day(version.at)}</span>
        {request ? (
          <>
            , <a href={href("approvals", request.request, { folder: "decided" })}>{request.label}</a>
          </>
        ) : (
          ", founded with it"
        )}
        {version.entry !== null && (
          <>
            , <a href={href("ledger", String(version.entry))}>entry {count(version.entry)}</a>
          </>
        )}
      </p>
      {version.reason !== "" && <p className="prose small">{version.reason}</p>}
      {version.decisionRecord !== "" && (
        <p className="prose small">
          <b className="med">Decision record:</b> {version.decisionRecord}
        </p>
      )}
      {version.changes.length > 0 && <Changes section={section} changes={version.changes} />}
    </section>
  );
}
