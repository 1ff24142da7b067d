import { useState } from "react";

import { useAct, type AppStateView, type LockReason, type OperatorId, type PersonView } from "../../host";
import { Button, listed, Problem, ROLE, Seal, TextField } from "../../kit";
import { href, replace } from "../../routes/route";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import { Joining } from "./Joining";
import styles from "./start.module.css";

const WHY: Record<LockReason, string | null> = {
  started: null,
  asked: null,
  idle: "Locked because nobody did anything for a while.",
  session_ended: "Locked because the session reached its longest time.",
  suspended: "Locked because this enrolment was suspended.",
};

/** Someone must unlock their device key. On a local custody this is also where operators take turns. */
export function Unlock({ state }: { readonly state: Extract<AppStateView, { at: "locked" }> }) {
  const [who, setWho] = useState<OperatorId | null>(state.last ?? state.operators[0]?.operator ?? null);
  const [passphrase, setPassphrase] = useState("");
  const [joining, setJoining] = useState<boolean | null>(null);
  const unlock = useAct("unlock", {
    done: () => {
      setPassphrase("");
      // What the last operator had open is theirs; whoever comes next begins at the beginning.
      if (who !== state.last) replace(href("overview"));
    },
  });
  const wrong = unlock.error?.code === "wrong_passphrase";
  const why = WHY[state.reason];
  const head = { custody: state.custody, keychain: state.keychain };
  // Until two people have enrolled somebody here, there is nobody to unlock; whoever says that it has happened may try.
  if (state.operators.length === 0) return <Joining {...head} back={null} />;
  if (joining ?? state.operators.every((person) => person.roles.length === 0)) return <Joining {...head} back={joining === true ? () => { setJoining(false); } : null} unlock={() => { setJoining(false); }} />;
  return (
    <StartFrame custody={state.custody} label="Unlock">
      <Wordmark />
      <form
        className={`card ${styles.form ?? ""}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (who !== null) unlock.act({ operator: who, passphrase });
        }}
      >
        <div className={styles.head}>
          <h2 className="big-title">Unlock {state.custody.name}</h2>
          {why !== null && <p className="t2 small">{why}</p>}
        </div>
        <People people={state.operators} who={who} choose={(chosen) => { setWho(chosen); unlock.reset(); }} />
        <TextField label="Passphrase of the device key" type="password" autoComplete="current-password" value={passphrase} error={wrong ? "This passphrase does not open the device key." : undefined} onChange={(event) => { setPassphrase(event.target.value); }} />
        {unlock.error && !wrong && <Problem error={unlock.error} />}
        <Button kind="primary" size="lg" type="submit" busy={unlock.busy} disabled={passphrase === "" || who === null || state.keychain.state === "missing"}>
          Unlock
        </Button>
      </form>
      <p className="small t3">
        {state.custody.local && "Local custody: vault, register and all operators are on this machine, so operators take turns here. "}
        <button type="button" className="link" onClick={() => { setJoining(true); }}>
          {state.custody.local ? "Someone new joins…" : "Join, or get a further device…"}
        </button>
      </p>
      <KeychainLine keychain={state.keychain} />
    </StartFrame>
  );
}

function People({ people, who, choose }: { readonly people: readonly PersonView[]; readonly who: OperatorId | null; readonly choose: (who: OperatorId) => void }) {
  return (
    <fieldset className={styles.people}>
      <legend className="label">Operator</legend>
      {people.map((person) => (
        <label key={person.operator} className={styles.person}>
          <input type="radio" name="operator" value={person.operator} checked={person.operator === who} onChange={() => { choose(person.operator); }} />
          <span aria-hidden="true"><Seal look="signed" initials={person.initials} size={30} label="" /></span>
          <span className="col">
            <span className="med">{person.name}</span>
            <span className="small t3">{person.roles.length === 0 ? "not seen here with a role yet" : listed(person.roles.map((role) => ROLE[role]))}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
