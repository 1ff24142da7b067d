import { useRead } from "../../host";
import { count, Icon, KEY_ICON, KEY_STATE, KEY_TYPE, Problem, Section, Skeleton, Status } from "../../kit";
import { href } from "../../routes/route";
import styles from "./tenants.module.css";

const SHOWN = 12;

/** The first of its keys; all of them are a filter of the table of keys. */
export function TenantKeys({ name }: { readonly name: string }) {
  const { view, error, again } = useRead("keys_page", {
    filter: { types: [], states: [], due: null, storage: [], tenant: name, owner: null, wrappedBy: null, text: "" },
    sort: "name", direction: "ascending", after: null, limit: SHOWN,
  });
  return (
    <Section title="Keys" aside={view && view.matching > 0 && <a className="small" href={href("keys", null, { tenant: name })}>All {count(view.matching)} in the table</a>}>
      {error ? (
        <Problem error={error} again={again} />
      ) : view === undefined ? (
        <Skeleton label="Reading its keys" lines={4} />
      ) : view.rows.length === 0 ? (
        <p className="small t3">The register holds no key of it.</p>
      ) : (
        <ul className={styles.boxed}>
          {view.rows.map((row) => (
            <li key={row.key} className={styles.key}>
              <span className="t3" title={KEY_TYPE[row.keyType]}>
                <Icon name={KEY_ICON[row.keyType]} size={14} />
              </span>
              <a className="mono trunc" href={href("keys", row.key)} title={row.name}>
                {row.name}
              </a>
              <Status said={KEY_STATE[row.state]} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
