import { useEffect, useState } from "react";

import { clearProgress, useAct, useProgress, type Environment, type KeychainView, type Stage } from "../../host";
import { Bar, Button, fieldProblem, Note, Problem, SelectField, TextField } from "../../kit";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import styles from "./start.module.css";

/** Names a custody on this computer and opens it. */
export function OpenLocal({ keychain, back }: { readonly keychain: KeychainView; readonly back: () => void }) {
  const [name, setName] = useState("practice");
  const [environment, setEnvironment] = useState<Environment>("development");
  const open = useAct("open_local_custody");
  const wrongName = open.error?.code === "invalid" && open.error.field === "name" ? `The name ${fieldProblem(open.error.problem)}.` : undefined;
  return (
    <StartFrame label="Open a local custody">
      <Wordmark />
      <form
        className={`card ${styles.form ?? ""}`}
        onSubmit={(event) => {
          event.preventDefault();
          open.act({ name: name.trim(), environment });
        }}
      >
        <h2 className="big-title">Open a local custody</h2>
        <TextField label="Name" value={name} error={wrongName} autoComplete="off" spellCheck={false} hint="Letters, digits and hyphens. It stands on every page and in every signature." onChange={(event) => { setName(event.target.value); }} />
        <SelectField label="Environment" value={environment} hint="A local custody is never production: both seals are made on this machine." onChange={(event) => { setEnvironment(event.target.value as Environment); }}>
          <option value="development">Development</option>
          <option value="staging">Staging</option>
          <option value="backup">Backup</option>
        </SelectField>
        {open.busy && <Opening />}
        {open.error && wrongName === undefined && <Problem error={open.error} />}
        {keychain.state === "missing" && (
          <Note tone="warn">Without a keychain the custody can be opened, but not founded.</Note>
        )}
        <div className={styles.acts}>
          <Button size="lg" onClick={back} disabled={open.busy}>
            Back
          </Button>
          <span className={styles.push} />
          <Button kind="primary" size="lg" type="submit" busy={open.busy} disabled={name.trim() === ""}>
            Open local custody
          </Button>
        </div>
      </form>
      <KeychainLine keychain={keychain} />
    </StartFrame>
  );
}

const STAGE: Partial<Record<Stage, string>> = {
  register: "Starting the private PostgreSQL", vault: "Starting the local vault", schema: "Laying down the register",
  device_keys: "Making device keys", founding_entry: "Signing entry 1",
};

function Opening() {
  const progress = useProgress("open_local");
  useEffect(() => () => { clearProgress("open_local"); }, []);
  const label = (progress && STAGE[progress.stage]) ?? "Opening the custody";
  return (
    <div className="stack tight" role="status">
      <span className="small t2">{label}…</span>
      <Bar label={label} done={progress?.done ?? 0} total={progress?.total ?? null} />
    </div>
  );
}
