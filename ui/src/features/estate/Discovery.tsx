import { useEffect, useState } from "react";

import { onlyAuditor } from "../../commands/registry";
import { clearProgress, useAct, useProgress, type DiscoveryView, type DriftKind, type DriftView } from "../../host";
import { Ago, Bar, Button, count, counted, Empty, Icon, Note, Problem, Scroll } from "../../kit";
import { href } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import { Adopt } from "./Adopt";
import styles from "./estate.module.css";

/** What the vault holds against what the register says. Every difference is shown; some can be taken over. */
export default function Discovery() {
  const { operator } = useSession();
  const [found, setFound] = useState<DiscoveryView | null>(null);
  const discover = useAct("discover", { done: setFound });
  const act = onlyAuditor(operator) ? (
    <p className="small t2">Auditors read everything and change nothing: an observation is an entry.</p>
  ) : (
    <Button {...(found === null ? { kind: "primary" as const } : {})} icon="radar" busy={discover.busy} onClick={() => { discover.act({}); }}>
      {found === null ? "Compare now" : "Compare again"}
    </Button>
  );
  return (
    <>
      <TopBar title="Discovery" meta="vault against register" />
      <Main label="Discovery">
        <div className="scroll pad stack">
          {discover.busy && <Looking />}
          {discover.error && <Problem error={discover.error} again={() => { discover.act({}); }} />}
          {found === null ? (
            !discover.busy && (
              <section className="card">
                <Empty icon="radar" title="Compare vault and register" act={act}>
                  Reads every key and secret name in the vault, never a value, and shows each difference to what the register says. What was observed becomes a ledger entry.
                </Empty>
              </section>
            )
          ) : (
            <Found found={found} act={act} adopted={setFound} />
          )}
        </div>
      </Main>
    </>
  );
}

function Found({ found, act, adopted }: { readonly found: DiscoveryView; readonly act: React.ReactNode; readonly adopted: (view: DiscoveryView) => void }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [adopting, setAdopting] = useState(false);
  const toggle = (name: string, on: boolean) => {
    setChosen(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  };
  return (
    <>
      <section className={`card ${styles.figures ?? ""}`} aria-label="What was found">
        <Figure value={found.vaultObjects} label="objects in the vault" />
        <Figure value={found.registerRecords} label="records of the register" />
        <Figure value={found.agreeing} label="agree" />
        <Figure value={found.drift.length} label={found.drift.length === 1 ? "difference" : "differences"} bad={found.drift.length > 0} />
      </section>
      <div className={`card ${styles.bar ?? ""}`}>
        <span className="small t2 grow">
          Read <Ago at={found.at} />, <a href={href("ledger", String(found.entry))}>entry {count(found.entry)}</a>
        </span>
        {chosen.length > 0 && (
          <Button icon="circle-plus" onClick={() => { setAdopting(true); }}>
            Adopt {counted(chosen.length, "key")}…
          </Button>
        )}
        {act}
      </div>
      <section className="card" aria-label="Differences">
        {found.drift.length === 0 ? <Empty icon="circle-check" title="Vault and register agree">Nothing in the vault is unknown here, and nothing here is missing there.</Empty> : <Drift drift={found.drift} chosen={chosen} toggle={toggle} />}
      </section>
      {adopting && (
        <Adopt
          names={chosen}
          close={() => { setAdopting(false); }}
          done={(view) => {
            adopted(view);
            setChosen([]);
            setAdopting(false);
          }}
        />
      )}
    </>
  );
}

function Figure({ value, label, bad }: { readonly value: number; readonly label: string; readonly bad?: boolean }) {
  return (
    <div>
      <span className={`figure ${bad ? "c-warn" : ""}`}>{count(value)}</span>
      <span className="small t2">{label}</span>
    </div>
  );
}

const KIND: Record<DriftKind, string> = {
  only_in_vault: "Only in the vault", only_in_register: "Only in the register", deleted: "Deleted in the vault", version_unknown: "Version unknown here",
  version_gone: "Version gone from the vault", disabled: "Disabled in the vault", enabled: "Enabled in the vault", public_key_differs: "Public key differs", attributes_differ: "Attributes differ",
};

function Drift({ drift, chosen, toggle }: { readonly drift: readonly DriftView[]; readonly chosen: readonly string[]; readonly toggle: (name: string, on: boolean) => void }) {
  return (
    <Scroll label="List of differences" className={styles.table}>
      <table className="t" data-testid="drift">
        <thead>
          <tr>
            <th scope="col" className="fit"><span className="sr">Adopt</span></th>
            <th scope="col">Name</th>
            <th scope="col">Difference</th>
            <th scope="col">Register says</th>
            <th scope="col">Vault says</th>
          </tr>
        </thead>
        <tbody>
          {drift.map((one, at) => (
            <tr key={at}>
              <td className="fit">
                {one.adoptable && (
                  <span className="check">
                    <input type="checkbox" aria-label={`Choose ${one.name}`} checked={chosen.includes(one.name)} onChange={(event) => { toggle(one.name, event.target.checked); }} />
                  </span>
                )}
              </td>
              <td className="mono" title={one.name}>{one.key ? <a href={href("keys", one.key.key)}>{one.name}</a> : one.name}</td>
              <td>
                <span className={`st ${one.weak || one.kind === "public_key_differs" || one.kind === "deleted" ? "alert" : "warn"}`}>
                  <Icon name={one.weak || one.kind === "public_key_differs" ? "triangle-alert" : "circle-alert"} />
                  {KIND[one.kind]}
                  {one.weak ? ", weak algorithm" : ""}
                </span>
              </td>
              <td className="t2" title={one.register}>{one.register === "" ? "nothing" : one.register}</td>
              <td className="t2" title={one.vault}>{one.vault === "" ? "nothing" : one.vault}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Looking() {
  const progress = useProgress("discovery");
  useEffect(() => () => { clearProgress("discovery"); }, []);
  return (
    <Note tone="ink" icon="radar" role="status">
      <span className="num">
        {progress?.stage === "comparison" ? "Comparing" : "Reading the vault"}
        {progress ? `: ${count(progress.done)}${progress.total === null ? "" : ` of ${count(progress.total)}`}` : "…"}
      </span>
      <Bar label="Discovery" done={progress?.done ?? 0} total={progress?.total ?? null} />
    </Note>
  );
}
