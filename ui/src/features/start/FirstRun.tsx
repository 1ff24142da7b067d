import { useState } from "react";

import type { KeychainView } from "../../host";
import { Button, Icon, type IconName } from "../../kit";
import { Connect } from "./Connect";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import { OpenLocal } from "./OpenLocal";
import styles from "./start.module.css";

/** Nothing is known on this computer yet: choose where keys, register and ledger are. */
export function FirstRun({ keychain }: { readonly keychain: KeychainView }) {
  const [step, setStep] = useState<"choose" | "local" | "connect" | "join">("choose");
  const back = () => {
    setStep("choose");
  };
  if (step === "local") return <OpenLocal keychain={keychain} back={back} />;
  if (step === "connect" || step === "join") return <Connect keychain={keychain} joining={step === "join"} back={back} />;
  return (
    <StartFrame widest label="First start">
      <Wordmark />
      <p className={`lead t2 ${styles.say ?? ""}`}>
        No key is rotated, destroyed or excepted from policy without a second person&rsquo;s signature. Start by choosing where the keys, the register and the ledger are.
      </p>
      <div className={`${styles.options ?? ""} ${styles.three ?? ""}`}>
        <section className={`card ${styles.option ?? ""}`} aria-labelledby="local-title">
          <Icon name="monitor" size={20} />
          <h2 id="local-title">Open a local custody</h2>
          <ul>
            <Point icon="check">A private PostgreSQL and a local vault on this computer, ready in seconds</Point>
            <Point icon="check">For evaluation, restore drills and training</Point>
            <Point icon="minus">Both signatures are made on one machine: not for production keys. Every page says so.</Point>
          </ul>
          <footer>
            <Button kind="primary" size="lg" onClick={() => { setStep("local"); }}>
              Open a local custody
            </Button>
          </footer>
        </section>
        <section className={`card ${styles.option ?? ""}`} aria-labelledby="connect-title">
          <Icon name="vault" size={20} />
          <h2 id="connect-title">Connect to Azure Key Vault and PostgreSQL</h2>
          <ul>
            <Point icon="check">Sign in as yourself, with your own login at vault and register</Point>
            <Point icon="check">Found a custody with a colleague, or come back to one you are enrolled in</Point>
            <Point icon="check">One environment per custody; production is never reached from development</Point>
          </ul>
          <footer>
            <Button size="lg" onClick={() => { setStep("connect"); }}>
              Connect…
            </Button>
          </footer>
        </section>
        <section className={`card ${styles.option ?? ""}`} aria-labelledby="join-title">
          <Icon name="user" size={20} />
          <h2 id="join-title">Join a custody</h2>
          <ul>
            <Point icon="check">For a custody that others founded, in which you are not enrolled yet</Point>
            <Point icon="check">Your device key is made here, and never leaves this computer</Point>
            <Point icon="check">Hand over the card it makes: two people enrol you with it, then you unlock here</Point>
          </ul>
          <footer>
            <Button size="lg" onClick={() => { setStep("join"); }}>
              Join a custody…
            </Button>
          </footer>
        </section>
      </div>
      <KeychainLine keychain={keychain} />
    </StartFrame>
  );
}

function Point({ icon, children }: { readonly icon: IconName; readonly children: string }) {
  return (
    <li>
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  );
}
