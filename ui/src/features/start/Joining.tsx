import { useState } from "react";

import { useAct, useRead, type CustodyHeadView, type JoiningView, type KeychainView, type OperatorId } from "../../host";
import { Button, Check, Copy, fieldName, fieldProblem, groups, Note, Problem, Reading, Scroll, TextArea, TextField } from "../../kit";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import styles from "./start.module.css";

/** Somebody joins a custody that others founded: they make their device key here, and hand over the card that two people enrol. */
export function Joining({ custody, keychain, back, unlock = null }: { readonly custody: CustodyHeadView; readonly keychain: KeychainView; readonly back: (() => void) | null; readonly unlock?: (() => void) | null }) {
  const { view, error, again } = useRead("joinings", {}, { keep: false });
  const [another, setAnother] = useState(false);
  return (
    <StartFrame custody={custody} label="Join a custody">
      <Wordmark />
      <Reading view={view} error={error} again={again} label="what was made on this computer">
        {({ waiting, needsInvitation, passphraseCharsMin }) => {
          const made = another ? undefined : waiting.at(-1);
          return made ? <Waiting custody={custody} made={made} back={back} another={() => { setAnother(true); }} unlock={unlock} /> : <Make custody={custody} keychain={keychain} charsMin={passphraseCharsMin} invited={!needsInvitation} back={waiting.length > 0 && another ? () => { setAnother(false); } : back} done={() => { setAnother(false); }} />;
        }}
      </Reading>
      <KeychainLine keychain={keychain} />
    </StartFrame>
  );
}

type Draft = { readonly further: boolean; readonly operator: string; readonly name: string; readonly person: string; readonly login: string; readonly loginPassword: string; readonly deviceName: string; readonly invitation: string; readonly passphrase: string; readonly repeated: string };

const FIELDS = ["operator", "name", "person", "login", "deviceName", "invitation", "passphrase"];

const EMPTY: Draft = { further: false, operator: "", name: "", person: "", login: "", loginPassword: "", deviceName: "", invitation: "", passphrase: "", repeated: "" };

/** The joiner's turn at the keyboard. */
function Make({ custody, keychain, charsMin, invited, back, done }: { readonly custody: CustodyHeadView; readonly keychain: KeychainView; readonly charsMin: number; readonly invited: boolean; readonly back: (() => void) | null; readonly done: () => void }) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [tried, setTried] = useState(false);
  const join = useAct("join", { done });
  const missing = problems(draft, charsMin, custody.local, invited);
  const fill = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    if (join.error) join.reset();
  };
  const wrong = (field: keyof Draft): string | undefined => {
    if (join.error?.code === "invalid" && join.error.field === field) return `${fieldName(field)} ${fieldProblem(join.error.problem)}.`;
    return tried ? missing[field] : undefined;
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(missing).length > 0) return;
    join.act({
      operator: draft.further ? (draft.operator.trim() as OperatorId) : null, name: draft.name.trim(), person: draft.person.trim(), login: draft.login.trim(), loginPassword: draft.loginPassword, deviceName: draft.deviceName.trim(), invitation: draft.invitation.trim(), passphrase: draft.passphrase,
    });
  };
  return (
    <form className={`card ${styles.form ?? ""}`} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className={styles.head}>
        <h2 className="big-title">Join {custody.name}</h2>
        <p className="t2 small">You make your device key here; it never leaves this computer. Two people of the custody then enrol it, with the roles they decide on.</p>
      </div>
      {!invited && <TextArea label="Invitation" rows={3} value={draft.invitation} error={wrong("invitation")} spellCheck={false} hint="Somebody of the custody copies it for you under People. It says which ledger this computer is to trust, and holds no secret." onChange={(event) => { fill({ invitation: event.target.value }); }} />}
      <Check label="I am enrolled already: this is a further device" checked={draft.further} onChange={(event) => { fill({ further: event.target.checked }); }} />
      {draft.further && <TextField label="Your operator id" value={draft.operator} error={wrong("operator")} hint={`It stands on your page under People. Name and identity must be spelled as there.${custody.local ? " A key of yours on this computer is replaced." : ""}`} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ operator: event.target.value }); }} />}
      <div className={styles.half}>
        <TextField label="Full name" value={draft.name} error={wrong("name")} autoComplete="off" onChange={(event) => { fill({ name: event.target.value }); }} />
        <TextField label="Identity" value={draft.person} error={wrong("person")} hint="E-mail or object id" autoComplete="off" spellCheck={false} onChange={(event) => { fill({ person: event.target.value }); }} />
      </div>
      {(!custody.local || draft.further) && (
        <div className={styles.half}>
          <TextField label="Login at the register" value={draft.login} error={wrong("login")} hint={draft.further ? "As on your page." : "Made by whoever runs the database. It opens nothing before you are enrolled."} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ login: event.target.value }); }} />
          <TextField label="Its password" optional type="password" value={draft.loginPassword} hint="Kept in this computer's keychain." autoComplete="off" onChange={(event) => { fill({ loginPassword: event.target.value }); }} />
        </div>
      )}
      <TextField label="Name of this device" value={draft.deviceName} error={wrong("deviceName")} hint="So that colleagues know which computer holds the key." autoComplete="off" spellCheck={false} onChange={(event) => { fill({ deviceName: event.target.value }); }} />
      <div className={styles.half}>
        <TextField label="Passphrase" type="password" value={draft.passphrase} error={wrong("passphrase")} autoComplete="new-password" onChange={(event) => { fill({ passphrase: event.target.value }); }} />
        <TextField label="Passphrase again" type="password" value={draft.repeated} error={wrong("repeated")} autoComplete="new-password" onChange={(event) => { fill({ repeated: event.target.value }); }} />
      </div>
      <p className="small t3">At least {charsMin} characters. It is asked for at every seal, and nobody can reset it.</p>
      {join.error && !(join.error.code === "invalid" && FIELDS.includes(join.error.field)) && <Problem error={join.error} />}
      <div className={styles.acts}>
        {back && (
          <Button size="lg" onClick={back} disabled={join.busy}>
            Back
          </Button>
        )}
        <span className={styles.push} />
        <Button kind="primary" size="lg" type="submit" icon="fingerprint" busy={join.busy} disabled={keychain.state === "missing"}>
          Make device key and card
        </Button>
      </div>
    </form>
  );
}

/** The card is made: hand it over, compare the fingerprint, come back once it is enrolled. */
function Waiting({ custody, made, back, another, unlock }: { readonly custody: CustodyHeadView; readonly made: JoiningView; readonly back: (() => void) | null; readonly another: () => void; readonly unlock: (() => void) | null }) {
  const save = useAct("joining_save");
  const forget = useAct("joining_forget");
  const [asked, setAsked] = useState(false);
  return (
    <section className={`card ${styles.form ?? ""}`} aria-label="Your enrolment card" data-testid="joining-card">
      <div className={styles.head}>
        <h2 className="big-title wrap">The card of {made.name} is ready</h2>
        <p className="t2 small">Hand it to someone of Security in {custody.name}: they ask for your enrolment, and another person countersigns. The card holds no secret.</p>
      </div>
      <dl className="kv">
        <dt>Device</dt>
        <dd className="wrap">{made.deviceName}</dd>
        <dt>Fingerprint</dt>
        <dd className="mono wrap" data-testid="fingerprint">{groups(made.deviceKey)}</dd>
      </dl>
      <Note icon="fingerprint">Compare the fingerprint with them by voice or face to face: that is how they know that the card is yours.</Note>
      <div className={styles.cardText}>
        <span className="row">
          <span className="label grow">Enrolment card</span>
          <Copy value={made.card} label="enrolment card" />
        </span>
        <Scroll label="Text of the enrolment card" className={styles.cardScroll}>
          <pre className="mono" data-testid="card-text">{made.card}</pre>
        </Scroll>
      </div>
      <div className={styles.acts}>
        <Button kind="primary" icon="download" busy={save.busy} onClick={() => { save.act({ deviceKey: made.deviceKey }); }}>
          Save the card
        </Button>
        {unlock && (
          <Button icon="key-round" onClick={unlock}>
            Enrolled: unlock
          </Button>
        )}
        <span className={styles.push} />
        {back && <Button onClick={back}>Back</Button>}
      </div>
      {save.view && (
        <Note tone="ok" role="status">
          Written to <span className="mono wrap">{save.view.path}</span> <Copy value={save.view.path} label="path" />
        </Note>
      )}
      {(save.error ?? forget.error) && <Problem error={(save.error ?? forget.error) as NonNullable<typeof save.error>} />}
      <div className={styles.acts}>
        {asked ? (
          <>
            <Button size="sm" onClick={() => { setAsked(false); }}>
              Keep this key
            </Button>
            <Button size="sm" kind="ghost" busy={forget.busy} onClick={() => { forget.act({ deviceKey: made.deviceKey }); }}>
              Discard key and card
            </Button>
          </>
        ) : (
          <>
            <Button size="sm" kind="ghost" icon="rotate-ccw" onClick={() => { setAsked(true); }}>
              Start over…
            </Button>
            {custody.local && (
              <Button size="sm" kind="ghost" icon="plus" onClick={another}>
                Another person joins…
              </Button>
            )}
          </>
        )}
      </div>
    </section>
  );
}

function problems(draft: Draft, charsMin: number, local: boolean, invited: boolean): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  if (draft.name.trim() === "") found.name = "The name is empty.";
  if (draft.person.trim() === "") found.person = "The identity is empty.";
  if (!invited && draft.invitation.trim() === "") found.invitation = "Paste the invitation.";
  if (draft.further && draft.operator.trim() === "") found.operator = "The operator id is empty.";
  if ((!local || draft.further) && draft.login.trim() === "") found.login = "The login is empty.";
  if (draft.deviceName.trim() === "") found.deviceName = "The device's name is empty.";
  if ([...draft.passphrase].length < charsMin) found.passphrase = `At least ${charsMin} characters are needed.`;
  if (draft.passphrase !== draft.repeated) found.repeated = "The two passphrases differ.";
  return found;
}
