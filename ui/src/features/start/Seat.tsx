import { useState } from "react";

import { useAct, type FounderSeat, type FounderView, type Role } from "../../host";
import { Button, Check, fieldName, fieldProblem, Problem, ROLE, TextField } from "../../kit";
import styles from "./start.module.css";

type Draft = { name: string; person: string; login: string; roles: readonly Role[]; deviceName: string; passphrase: string; repeated: string };

const FIELDS = ["name", "person", "login", "roles", "deviceName", "passphrase"];

type SeatProps = { readonly seat: FounderSeat; readonly passphraseCharsMin: number; readonly local: boolean; readonly other: FounderView | null };

/** One founder's turn at the keyboard. */
export function Seat({ seat, passphraseCharsMin, local, other }: SeatProps) {
  const [draft, setDraft] = useState<Draft>({ name: "", person: "", login: "", roles: suggested(other), deviceName: "", passphrase: "", repeated: "" });
  const [tried, setTried] = useState(false);
  const prepare = useAct("prepare_founder", { done: () => { setDraft({ ...draft, passphrase: "", repeated: "" }); } });
  const fill = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    if (prepare.error) prepare.reset();
  };
  const missing = problems(draft, passphraseCharsMin, local);
  const wrong = (field: string): string | undefined => {
    if (prepare.error?.code === "invalid" && prepare.error.field === field) return `${fieldName(field)} ${fieldProblem(prepare.error.problem)}.`;
    return tried ? missing[field] : undefined;
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(missing).length > 0) return;
    prepare.act({ seat, name: draft.name.trim(), person: draft.person.trim(), login: draft.login.trim(), roles: [...draft.roles], deviceName: draft.deviceName.trim(), passphrase: draft.passphrase });
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className={styles.half}>
      <TextField label="Full name" value={draft.name} error={wrong("name")} autoComplete="off" onChange={(event) => { fill({ name: event.target.value }); }} />
      <TextField label="Identity" value={draft.person} error={wrong("person")} hint="E-mail or object id" autoComplete="off" spellCheck={false} onChange={(event) => { fill({ person: event.target.value }); }} />
      </div>
      {!local && (
        <TextField label="Login at the register" value={draft.login} error={wrong("login")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ login: event.target.value }); }} />
      )}
      <Roles roles={draft.roles} error={wrong("roles")} choose={(roles) => { fill({ roles }); }} />
      <TextField label="Name of this device" value={draft.deviceName} error={wrong("deviceName")} hint="So that colleagues know which computer holds the key." autoComplete="off" spellCheck={false} onChange={(event) => { fill({ deviceName: event.target.value }); }} />
      <div className={styles.half}>
      <TextField label="Passphrase" type="password" value={draft.passphrase} error={wrong("passphrase")} autoComplete="new-password" onChange={(event) => { fill({ passphrase: event.target.value }); }} />
      <TextField label="Passphrase again" type="password" value={draft.repeated} error={wrong("repeated")} autoComplete="new-password" onChange={(event) => { fill({ repeated: event.target.value }); }} />
      </div>
      {prepare.error && !(prepare.error.code === "invalid" && FIELDS.includes(prepare.error.field)) && <Problem error={prepare.error} />}
      <p className="small t3">The passphrase has at least {passphraseCharsMin} characters, is asked for at every seal, and nobody can reset it.</p>
      <div className={styles.acts}>
        <Button kind="primary" size="lg" type="submit" icon="fingerprint" busy={prepare.busy}>
          Make device key
        </Button>
      </div>
    </form>
  );
}

const FOUNDING_ROLES: readonly Role[] = ["security", "devops", "engineering"];

function Roles({ roles, error, choose }: { readonly roles: readonly Role[]; readonly error: string | undefined; readonly choose: (roles: readonly Role[]) => void }) {
  return (
    <fieldset className={styles.roles} aria-describedby={error === undefined ? undefined : "roles-error"}>
      <legend>Roles</legend>
      {FOUNDING_ROLES.map((role) => (
        <Check
          key={role}
          label={ROLE[role]}
          checked={roles.includes(role)}
          onChange={(event) => {
            choose(event.target.checked ? [...roles, role] : roles.filter((one) => one !== role));
          }}
        />
      ))}
      {error !== undefined && (
        <p className="c-alert small med" id="roles-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** The second founder starts with the role that the first does not have, so that a rotation can be asked for and signed. */
function suggested(other: FounderView | null): Role[] {
  if (other === null) return ["security"];
  return other.roles.includes("security") ? ["devops"] : ["security"];
}

function problems(draft: Draft, charsMin: number, local: boolean): Record<string, string> {
  const found: Record<string, string> = {};
  if (draft.name.trim() === "") found["name"] = "The name is empty.";
  if (draft.person.trim() === "") found["person"] = "The identity is empty.";
  if (!local && draft.login.trim() === "") found["login"] = "The login is empty.";
  if (draft.roles.length === 0) found["roles"] = "Choose at least one role.";
  if (draft.deviceName.trim() === "") found["deviceName"] = "The device's name is empty.";
  if ([...draft.passphrase].length < charsMin) found["passphrase"] = `At least ${charsMin} characters are needed.`;
  if (draft.passphrase !== draft.repeated) found["repeated"] = "The two passphrases differ.";
  return found;
}
