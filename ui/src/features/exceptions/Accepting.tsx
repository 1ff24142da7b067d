import type { PersonView } from "../../host";
import { listed, Note, PeopleSeals } from "../../kit";
import styles from "./exceptions.module.css";

/** Whoever accepts the risk does so with a seal of their own, by these words. */
export function Accepting({ people, words }: { readonly people: readonly PersonView[]; readonly words: string }) {
  return (
    <div className="field" role="group" aria-label="Risk accepted by">
      <span className="label">Risk accepted by</span>
      {people.length === 0 ? (
        <Note tone="warn">Nobody else enrolled may accept a risk. Grant somebody that authority first.</Note>
      ) : (
        <span className={`input ${styles.acceptors ?? ""}`}>
          <PeopleSeals people={people.slice(0, 4)} size={20} />
          <span className="wrap">{listed(people.map((who) => who.name), "or")}</span>
        </span>
      )}
      <span className="hint">Countersigns with these words: “{words}”</span>
    </div>
  );
}
