import { useRead, type OperatorView } from "../../host";
import { day, Empty, listed, longMoment, Reading, ROLE, Scroll, Seal, shortKeyId, Status } from "../../kit";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./reference.module.css";

/** Who is enrolled, with which role and which device key. */
export default function Operators() {
  const { view, error, again } = useRead("operators", {});
  return (
    <>
      <TopBar title="Operators" meta={view && `${view.operators.length} enrolled`} />
      <Main label="Operators">
        <Scroll label="Operators enrolled" className="scroll pad">
          <section className="card" aria-label="Operators">
            <Reading view={view} error={error} again={again} label="operators">
              {({ operators }) => (operators.length === 0 ? <Empty icon="users" title="Nobody is enrolled" /> : <Table operators={operators} />)}
            </Reading>
          </section>
          <p className={`small t3 ${styles.foot ?? ""}`}>The two founders signed entry 1. Every later enrolment, role or device is a request that two people of Security sign.</p>
        </Scroll>
      </Main>
    </>
  );
}

function Table({ operators }: { readonly operators: readonly OperatorView[] }) {
  const { operator: me } = useSession();
  return (
    <table className="t">
      <thead>
        <tr>
          <th scope="col">Operator</th>
          <th scope="col">Roles</th>
          <th scope="col">Login</th>
          <th scope="col">Device</th>
          <th scope="col">Device key</th>
          <th scope="col" className="fit">State</th>
          <th scope="col" className="n fit">Enrolled</th>
        </tr>
      </thead>
      <tbody>
        {operators.map((one) => (
          <tr key={one.person.operator} className={styles.tall}>
            <td>
              <span className="row">
                <Seal look={one.active ? "signed" : "declined"} initials={one.person.initials} size={30} label={`Seal of ${one.person.name}`} />
                <span className="med trunc">{one.person.name}</span>
                {one.person.operator === me.operator && <span className="t3 small">you</span>}
              </span>
            </td>
            <td className="t2">{listed(one.person.roles.map((role) => ROLE[role]))}</td>
            <td className="mono">{one.login}</td>
            <td className="t2">{one.deviceName}</td>
            <td className="mono" title={one.deviceKey}>{shortKeyId(one.deviceKey)}</td>
            <td className="fit">
              <Status said={one.active ? { word: "Active", icon: "circle-check", tone: "ok" } : { word: "Suspended", icon: "ban", tone: "warn" }} />
            </td>
            <td className="n fit t2" title={longMoment(one.enrolledAt)}>{day(one.enrolledAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
