import type { ReactNode } from "react";

import { setAppearance, useAppearance } from "../../design/appearance";
import { useRead, type KeychainView, type SettingsView } from "../../host";
import { Check, counted, ENVIRONMENT, Reading, Scroll, Segments } from "../../kit";
import { href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { LogStack } from "./LogStack";
import styles from "./reference.module.css";

/** What is configured. The window's own choices can be made here; what the policy sets is for reading. */
export default function Settings() {
  const { view, error, again } = useRead("settings", {});
  return (
    <>
      <TopBar title="Settings" />
      <Main label="Settings">
        <Scroll label="All settings" className="scroll pad">
          <div className={styles.settings}>
            <Window />
            <Reading view={view} error={error} again={again} label="settings">
              {(settings) => <Configured settings={settings} />}
            </Reading>
          </div>
        </Scroll>
      </Main>
    </>
  );
}

function Window() {
  const { theme, density, letters } = useAppearance();
  return (
    <Card title="This window">
      <div className={styles.choice}>
        <span>Theme</span>
        <Segments label="Theme" value={theme} choose={(next) => { setAppearance({ theme: next }); }} options={[{ value: "system", label: "As the system" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} />
      </div>
      <div className={styles.choice}>
        <span>Density</span>
        <Segments label="Density" value={density} choose={(next) => { setAppearance({ density: next }); }} options={[{ value: "comfortable", label: "Comfortable" }, { value: "compact", label: "Compact" }]} />
      </div>
      <Check label="Single letters act (J, K, C, G …)" hint="Off: only Ctrl K, F6 and Esc do." checked={letters} onChange={(event) => { setAppearance({ letters: event.target.checked }); }} />
    </Card>
  );
}

function Configured({ settings }: { readonly settings: SettingsView }) {
  const { custody } = settings;
  return (
    <>
      <Card title="Custody">
        <dl className="kv">
          <dt>Name</dt>
          <dd className="wrap">{custody.name}</dd>
          <dt>Environment</dt>
          <dd>
            {ENVIRONMENT[custody.environment]}
            {custody.local && ", local custody"}
          </dd>
          <dt>Id</dt>
          <dd className="mono wrap">{custody.id ?? "not founded"}</dd>
          <dt>Vault</dt>
          <dd className="mono wrap">{custody.vaultHost}</dd>
          <dt>Register</dt>
          <dd className="mono wrap">{custody.database}</dd>
        </dl>
      </Card>
      <Card title="Keychain and session">
        <dl className="kv">
          <dt>Keychain</dt>
          <dd>{keychain(settings.keychain)}</dd>
          <dt>Idle lock</dt>
          <dd>after {counted(settings.idleLockMinutes, "minute")}</dd>
          <dt>Longest session</dt>
          <dd>{counted(settings.sessionHoursMax, "hour")}</dd>
        </dl>
      </Card>
      <Card title="Vault budget">
        <dl className="kv">
          <dt>Runs may use</dt>
          <dd className="num">{settings.budgetPercent} % of the vault&rsquo;s limit</dd>
          <dt>Limit</dt>
          <dd className="num">{counted(settings.limitInWindow, "operation")} in 10 seconds</dd>
          <dt>Batch</dt>
          <dd className="num">{counted(settings.batchSize, "DEK")}</dd>
        </dl>
      </Card>
      <Card title="Rules">
        <p className="t2">
          Rotation, algorithms, quorum, exception terms, the gate, retention and the vault&rsquo;s budget are policy: versioned, and changed by two people. They are under <a href={href("policies")}>Policies</a>.
        </p>
      </Card>
      <Card title="Log stack">
        <LogStack targets={settings.logTargets} />
      </Card>
      <Card title="This console">
        <dl className="kv">
          <dt>Version</dt>
          <dd className="num">{settings.version}</dd>
          <dt>Data folder</dt>
          <dd className="mono wrap">{settings.dataFolder}</dd>
        </dl>
      </Card>
    </>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <div className="body stack tight">{children}</div>
    </section>
  );
}

function keychain(view: KeychainView): string {
  switch (view.state) {
    case "ready":
      return `${view.store}, unlocked`;
    case "locked":
      return `${view.store}, locked`;
    case "missing":
      return "none answers";
    default:
      return view satisfies never;
  }
}
