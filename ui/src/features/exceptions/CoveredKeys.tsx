import type { CoveredKeyView, ExceptionDetailView } from "../../host";
import { count, day, Icon, KEY_ICON, KEY_STATE, KEY_TYPE, Section } from "../../kit";
import { href } from "../../routes/route";
import styles from "./exceptions.module.css";

const SHOWN_MAX = 12;

/** The keys as they stood when two people decided, and what became of them since. */
export function CoveredKeys({ detail: { keys, keysTotal, row } }: { readonly detail: ExceptionDetailView }) {
  if (keys.length === 0) return row.state === "requested" ? <Section title="Keys when it is decided"><p className="small t3">Recorded with the seal that accepts the risk.</p></Section> : null;
  return (
    <Section title="Keys when it was decided" aside={<span className="small t3 num">{count(keysTotal)}</span>}>
      <ul className={styles.boxed}>
        {keys.slice(0, SHOWN_MAX).map((key) => (
          <li key={key.key.key} className={styles.covered}>
            <span className="t3" title={KEY_TYPE[key.keyType]}>
              <Icon name={KEY_ICON[key.keyType]} size={14} />
            </span>
            <span className="col">
              <a className="mono trunc" href={href("keys", key.key.key)} title={key.key.name}>
                {key.key.name}
              </a>
              <span className="small t2 wrap">{then(key)}</span>
              {changed(key) && <span className="small c-ink wrap">now {key.stateNow === null ? "no longer in the register" : KEY_STATE[key.stateNow].word.toLowerCase()}</span>}
            </span>
          </li>
        ))}
      </ul>
      {keysTotal > SHOWN_MAX && <p className="small t3">{count(keysTotal - Math.min(SHOWN_MAX, keys.length))} more are in the ledger&rsquo;s entry.</p>}
    </Section>
  );
}

function then(key: CoveredKeyView): string {
  const parts = [
    key.stateThen === null ? "" : KEY_STATE[key.stateThen].word,
    key.versionThen === null ? "" : `version ${key.versionThen}`,
    key.rotateByThen === null ? "" : `rotate by ${day(key.rotateByThen)}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function changed(key: CoveredKeyView): boolean {
  return key.stateThen !== null && key.stateNow !== key.stateThen;
}
