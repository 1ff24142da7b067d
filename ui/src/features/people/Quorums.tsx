import type { PeopleView, QuorumHealthView, UnmetWhy } from "../../host";
import { Icon, listed, PeopleSeals } from "../../kit";
import { operationName } from "./words";
import styles from "./people.module.css";

/** Every operation, and whether two eligible people with a trusted device could sign it today. Unmet ones first. */
export function Quorums({ people: { quorums } }: { readonly people: PeopleView }) {
  const sorted = [...quorums].sort((one, other) => Number(one.met) - Number(other.met));
  return (
    <table className="t" data-testid="quorums">
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col" className="fit">Today</th>
          <th scope="col">May ask</th>
          <th scope="col">May countersign</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((one) => (
          <tr key={one.operation} className={styles.tall}>
            <td className="med">{operationName(one.operation)}</td>
            <td className="fit">
              <span className={`st ${one.met ? "ok" : one.why === "too_few" ? "alert" : "warn"}`}>
                <Icon name={one.met ? "circle-check" : "users"} />
                {one.met ? "Two people can" : one.why === "too_few" ? "Nobody could" : "In doubt"}
              </span>
            </td>
            {one.met ? (
              <>
                <Who people={one.mayAsk} />
                <Who people={one.mayCountersign} />
              </>
            ) : (
              <td colSpan={2} className={styles.why}>
                {one.why !== null && UNMET[one.why]} {remedy(one)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const UNMET: Record<UnmetWhy, string> = {
  too_few: "No two different people with the right roles and a trusted device are there.",
  not_proven: "It would take somebody who has not shown for too long that they can sign: a rehearsal signature is overdue.",
};

function Who({ people }: { readonly people: QuorumHealthView["mayAsk"] }) {
  const names = listed(people.map((person) => person.name));
  return (
    <td title={names}>
      <span className="row">
        <PeopleSeals people={people.slice(0, 6)} size={22} />
        <span className="trunc small t2">{names}</span>
      </span>
    </td>
  );
}

/** Who is there for it today, so that one sees who is missing. */
function remedy({ mayAsk, mayCountersign }: QuorumHealthView): string {
  const there = [
    ...(mayAsk.length > 0 ? [`${listed(mayAsk.map((who) => who.name))} could ask`] : []),
    ...(mayCountersign.length > 0 ? [`${listed(mayCountersign.map((who) => who.name))} could countersign`] : []),
  ];
  return there.length === 0 ? "" : `${listed(there)}.`;
}
