import type { ActorKind, Role } from "../../host";
import { Check, Icon, ROLE } from "../../kit";
import { rolesOf, withRole } from "./peopleAsk";
import styles from "./people.module.css";
import { GRANTS } from "./words";

/** Roles, each with what it means; those that are held already stand there as such. */
export function RolesField({ label, held, kind, roles, error, choose }: { readonly label: string; readonly held: readonly Role[]; readonly kind: ActorKind; readonly roles: readonly Role[]; readonly error: string | undefined; readonly choose: (roles: readonly Role[]) => void }) {
  const possible = rolesOf(kind);
  return (
    <fieldset className={styles.roleField} aria-describedby={error === undefined ? undefined : "roles-error"}>
      <legend>{label}</legend>
      {GRANTS.filter(({ role }) => possible.includes(role)).map(({ role, says }) => (
        <Check
          key={role}
          label={<span className="med">{ROLE[role]}</span>}
          hint={held.includes(role) ? "Held already." : says}
          checked={held.includes(role) || roles.includes(role)}
          disabled={held.includes(role)}
          onChange={(event) => { choose(withRole(roles, role, event.target.checked, held)); }}
        />
      ))}
      {error !== undefined && (
        <span className="msg c-alert small med row" id="roles-error" role="alert">
          <Icon name="circle-alert" size={14} />
          {error}
        </span>
      )}
    </fieldset>
  );
}
