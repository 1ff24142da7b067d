import { useState } from "react";

import { useAct, type ConnectionRequest, type ConnectionTestView, type Environment, type IpcError, type KeychainView } from "../../host";
import { Button, connection, ENVIRONMENT, fieldName, fieldProblem, Icon, Note, Problem, SelectField, TextField, TARGET, took, type IconName } from "../../kit";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import styles from "./start.module.css";

const START: ConnectionRequest = {
  name: "", environment: "development", vaultUrl: "", databaseHost: "", databasePort: 5432, databaseName: "custody", databaseUser: "",
};

/** Where vault and register are. Tested line by line before it can be saved. */
export function Connect({ keychain, joining = false, back }: { readonly keychain: KeychainView; readonly joining?: boolean; readonly back: () => void }) {
  const [filled, setFilled] = useState(START);
  const test = useAct("test_connection");
  const save = useAct("save_connection");
  const error = save.error ?? test.error;
  const fill = (change: Partial<ConnectionRequest>) => {
    setFilled({ ...filled, ...change });
    test.reset();
    save.reset();
  };
  const tested = test.view;
  return (
    <StartFrame wide label={joining ? "Join a custody" : "Connect"}>
      <Wordmark />
      <form
        className={`card ${styles.form ?? ""}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (tested?.passed) save.act(filled);
          else test.act(filled);
        }}
      >
        <div className={styles.head}>
          <h2 className="big-title">{joining ? "Where is the custody you join?" : "Connect to Azure Key Vault and PostgreSQL"}</h2>
          {joining && <p className="t2 small">Ask someone of the custody for these addresses, and whoever runs its database for a login. Then you make your device key and the card for your enrolment.</p>}
        </div>
        <Fields filled={filled} fill={fill} error={error} />
        {tested && <Checks tested={tested} />}
        {error && error.code !== "invalid" && <Problem error={error} />}
        <div className={styles.acts}>
          <Button size="lg" onClick={back}>
            Back
          </Button>
          <span className={styles.push} />
          <Button size="lg" kind={tested?.passed ? "ghost" : "primary"} type={tested?.passed ? "button" : "submit"} busy={test.busy} onClick={tested?.passed ? () => { test.act(filled); } : undefined}>
            {tested ? "Test again" : "Test connection"}
          </Button>
          {tested?.passed && (
            <Button size="lg" kind="primary" type="submit" busy={save.busy}>
              {tested.founded ? "Save and join" : "Save and found"}
            </Button>
          )}
        </div>
      </form>
      <KeychainLine keychain={keychain} />
    </StartFrame>
  );
}

function Fields({ filled, fill, error }: { readonly filled: ConnectionRequest; readonly fill: (change: Partial<ConnectionRequest>) => void; readonly error: IpcError | undefined }) {
  const wrong = (field: keyof ConnectionRequest) =>
    error?.code === "invalid" && error.field === field ? `${fieldName(field)} ${fieldProblem(error.problem)}.` : undefined;
  return (
    <>
      <div className={styles.pair}>
        <TextField label="Name of the custody" value={filled.name} error={wrong("name")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ name: event.target.value }); }} />
        <SelectField label="Environment" value={filled.environment} error={wrong("environment")} onChange={(event) => { fill({ environment: event.target.value as Environment }); }}>
          {Object.entries(ENVIRONMENT).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </SelectField>
      </div>
      <TextField label="Address of the vault" value={filled.vaultUrl} error={wrong("vaultUrl")} hint="https://NAME.vault.azure.net. Other addresses get no sign-in token." inputMode="url" autoComplete="off" spellCheck={false} onChange={(event) => { fill({ vaultUrl: event.target.value }); }} />
      <div className={styles.quad}>
        <TextField label="Database host" value={filled.databaseHost} error={wrong("databaseHost")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ databaseHost: event.target.value }); }} />
        <TextField label="Port" value={String(filled.databasePort)} error={wrong("databasePort")} inputMode="numeric" onChange={(event) => { fill({ databasePort: Number(event.target.value.replace(/\D/g, "")) || 0 }); }} />
        <TextField label="Database" value={filled.databaseName} error={wrong("databaseName")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ databaseName: event.target.value }); }} />
        <TextField label="Your login there" value={filled.databaseUser} error={wrong("databaseUser")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ databaseUser: event.target.value }); }} />
      </div>
    </>
  );
}

const CHECK = { name: "Name resolves", tls: "TLS certificate", sign_in: "Sign-in", permission: "Permissions", schema: "Custody schema", environment: "Environment" } as const;

const OUTCOME: Record<string, { icon: IconName; word: string; tone: string }> = {
  passed: { icon: "circle-check", word: "passed", tone: "c-ok" },
  failed: { icon: "circle-x", word: "failed", tone: "c-alert" },
  skipped: { icon: "circle-dashed", word: "not tried", tone: "t3" },
};

function Checks({ tested }: { readonly tested: ConnectionTestView }) {
  return (
    <section aria-label="Connection test" className="stack tight">
      <ul className={styles.checks}>
        {tested.checks.map((check, at) => {
          const outcome = OUTCOME[check.outcome];
          return (
            <li key={at}>
              <span className={outcome?.tone}>
                <Icon name={outcome?.icon ?? "circle"} />
              </span>
              <span className="t2">{TARGET[check.target]}</span>
              <span className="med">{CHECK[check.check]}</span>
              <span className="wrap small">
                {check.problem ? `${check.address} ${connection(check.problem)}.` : <span className="mono t3">{check.address}</span>}
              </span>
              <span className="small t3 num">{check.outcome === "passed" && check.tookMs !== null ? took(check.tookMs) : outcome?.word}</span>
            </li>
          );
        })}
      </ul>
      {tested.passed ? (
        <Note tone="ok" role="status">
          {tested.founded ? "Everything answers. This custody is founded: you will join it." : "Everything answers. This custody has no operators yet: you will found it with a colleague."}
        </Note>
      ) : (
        <Note tone="alert" role="alert">
          The connection does not hold yet. Nothing was saved; correct the line that failed and test again.
        </Note>
      )}
    </section>
  );
}
