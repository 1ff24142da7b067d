import type { FoundKind, FoundView, Micros, SurveyView } from "../../host";
import { count, day, Icon, type IconName } from "../../kit";
import styles from "./offboarding.module.css";

const KIND: Record<FoundKind, { readonly icon: IconName; readonly one: string; readonly many: string }> = {
  dek: { icon: "key-round", one: "DEK, wrapped, in PostgreSQL", many: "DEKs, wrapped, in PostgreSQL" },
  token: { icon: "stamp", one: "Token under them", many: "Tokens under them" },
  kek: { icon: "vault", one: "KEK of its own", many: "KEKs of its own" },
  shared_kek: { icon: "vault", one: "Shared KEK", many: "Shared KEKs" },
  secret: { icon: "lock", one: "Secret in the vault", many: "Secrets in the vault" },
  certificate: { icon: "shield-check", one: "Certificate in the vault", many: "Certificates in the vault" },
  elsewhere: { icon: "layers", one: "Key kept elsewhere", many: "Keys kept elsewhere" },
  exception: { icon: "hourglass", one: "Exception", many: "Exceptions" },
  open_request: { icon: "inbox", one: "Open request", many: "Open requests" },
};

/** Everything that was found, and what becomes of each. What stays is said as well. */
export function Found({ survey }: { readonly survey: SurveyView }) {
  return (
    <section className="card" aria-label="What will be destroyed">
      <header>
        <h2>What will be destroyed</h2>
      </header>
      <table className={`t ${styles.found ?? ""}`}>
        <thead className="sr">
          <tr>
            <th scope="col">What</th>
            <th scope="col">How many</th>
            <th scope="col">What becomes of it</th>
          </tr>
        </thead>
        <tbody>
          {survey.found.map((one, at) => (
            <tr key={at}>
              <td>
                <span className={`row ${one.fate === "stays" ? "t3" : ""}`}>
                  <Icon name={KIND[one.kind].icon} />
                  <span className="wrap">{title(one)}</span>
                </span>
              </td>
              <td className="n fit">{count(one.count)}</td>
              <td className="t2" title={fate(one, survey.purgeAt)}>{fate(one, survey.purgeAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {survey.found.length === 0 && <p className={`small t3 ${styles.none ?? ""}`}>Nothing of this tenant was found.</p>}
    </section>
  );
}

function title({ kind, name, count: number }: FoundView): string {
  const words = KIND[kind];
  const noun = number === 1 ? words.one : words.many;
  return `${noun}${name === null ? "" : ` ${name}`}`;
}

function fate({ fate: becomes, kind }: FoundView, purgeAt: Micros | null): string {
  switch (becomes) {
    case "erased":
      return "zeroed, removed, space reclaimed, bytes proven gone";
    case "invalidated":
      return "invalidated first, then overwritten and removed";
    case "deleted_and_purged":
      return purgeAt === null ? "deleted in the vault, followed until purged" : `deleted in the vault, purge ${day(purgeAt)}`;
    case "out_of_use":
      return kind === "certificate" ? "out of use; revoke it where it was issued" : "out of use; destroy it where it lies";
    case "stays":
      return kind === "shared_kek" ? "stays: others depend on it" : "stays";
    case "ends":
      return kind === "open_request" ? "lapses" : "ends with it";
    default:
      return becomes satisfies never;
  }
}
