import { useState } from "react";

import { useAct, useRead, type LedgerProofView } from "../../host";
import { Button, Copy, count, Icon, Note, Problem, shortDigest, Skeleton } from "../../kit";
import { cosigned, signers } from "./Chain";
import styles from "./ledger.module.css";

/** The way from this entry to the root of a checkpoint, walked again here. */
export function Proof({ entry }: { readonly entry: number }) {
  const { view, error, again } = useRead("ledger_proof", { entry }, { keep: false });
  return (
    <section aria-label="Proof" className="stack tight" data-testid="proof">
      <h3 className="strong">Proof</h3>
      {error && <Problem error={error} again={again} />}
      {view === undefined ? !error && <Skeleton label="Proving the entry" lines={3} /> : <Shown view={view} />}
    </section>
  );
}

function Shown({ view }: { readonly view: LedgerProofView }) {
  const [whole, setWhole] = useState(false);
  const save = useAct("ledger_proof_save");
  const pack = useAct("ledger_export");
  return (
    <>
      <span className={`st ${view.holds ? "ok" : "alert"} ${styles.said ?? ""}`} role={view.holds ? undefined : "alert"}>
        <Icon name={view.holds ? "circle-check" : "link-2-off"} />
        {view.holds ? `${view.path.length} hashes lead from this entry to the root` : "The hashes do not lead from this entry to the root"}
      </span>
      <dl className="kv small">
        <dt>Under</dt>
        <dd>
          {view.under === null ? (
            <span className="c-warn">no checkpoint yet: shown against the {count(view.size)} entries of now</span>
          ) : (
            <>
              the checkpoint of entry {count(view.size)}, {cosigned(view.under) ? "signed by" : "signed, not cosigned, by"} {signers(view.under)}
            </>
          )}
        </dd>
        <dt>Leaf</dt>
        <dd className="num">
          {count(view.leaf)} of {count(view.size)}
        </dd>
      </dl>
      <button type="button" className={styles.path} aria-expanded={whole} onClick={() => { setWhole(!whole); }}>
        <span className="sr">Path of {view.path.length} hashes</span>
        <span className={styles.step} aria-hidden="true">entry</span>
        {view.path.map((hash) => (
          <span key={hash} className={styles.step} title={hash} aria-hidden="true">
            {hash.slice(0, 4)}
          </span>
        ))}
        <span className={`${styles.step ?? ""} ${styles.root ?? ""}`} title={view.root} aria-hidden="true">
          root {shortDigest(view.root)}
        </span>
      </button>
      {whole && (
        <ol className={`mono ${styles.hashList ?? ""}`}>
          {view.path.map((hash) => (
            <li key={hash}>{hash}</li>
          ))}
        </ol>
      )}
      <p className={`row ${styles.acts ?? ""}`}>
        <span className="row small">
          Copy as tlog-proof <Copy value={view.text} label="proof" />
        </span>
        <Button size="sm" icon="download" busy={save.busy} onClick={() => { save.act({ entry: view.entry }); }}>
          Save proof
        </Button>
        <Button size="sm" icon="download" busy={pack.busy} onClick={() => { pack.act({ selection: { what: "entry", entry: view.entry } }); }}>
          Evidence pack
        </Button>
      </p>
      {save.view && <Written path={save.view.path} />}
      {pack.view && <Written path={pack.view.file.path} />}
      {save.error && <Problem error={save.error} />}
      {pack.error && <Problem error={pack.error} />}
    </>
  );
}

export function Written({ path }: { readonly path: string }) {
  return (
    <Note tone="ok" role="status">
      Written to <span className="mono wrap">{path}</span> <Copy value={path} label="path" />
    </Note>
  );
}
