import type { ReactNode } from "react";

import type { CustodyHeadView, KeychainView } from "../../host";
import { Icon, Mark, Note } from "../../kit";
import { Band, EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./start.module.css";

/** The quiet page before anyone is in: the mark, one column, nothing else. */
export function StartFrame({ custody, wide, widest, label, children }: { readonly custody?: CustodyHeadView; readonly wide?: boolean; readonly widest?: boolean; readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      {custody && <Band environment={custody.environment} />}
      <main className={styles.frame} aria-label={label}>
        {custody && (
          <div className={styles.tab}>
            <EnvironmentTab custody={custody} />
          </div>
        )}
        <div className={`${styles.column ?? ""} ${widest ? (styles.widest ?? "") : wide ? (styles.wide ?? "") : ""}`}>{children}</div>
      </main>
    </>
  );
}

export function Wordmark() {
  return (
    <div className={styles.wordmark}>
      <Mark width={44} />
      <h1>Countersign</h1>
    </div>
  );
}

export function KeychainLine({ keychain }: { readonly keychain: KeychainView }) {
  switch (keychain.state) {
    case "ready":
      return (
        <p className="row small t3">
          <Icon name="key-round" size={14} />
          Signing keys stay in this computer&rsquo;s keychain ({keychain.store}).
        </p>
      );
    case "locked":
      return (
        <Note tone="warn" icon="lock">
          <b className="med">The keychain is locked ({keychain.store}).</b> Unlock it in the desktop&rsquo;s own dialog; Countersign waits.
        </Note>
      );
    case "missing":
      return (
        <Note tone="alert" role="alert">
          <b className="med">No keychain answers on this computer.</b> Device keys can neither be kept nor read, so nobody can sign. {keychain.start}
        </Note>
      );
    default:
      return keychain satisfies never;
  }
}
