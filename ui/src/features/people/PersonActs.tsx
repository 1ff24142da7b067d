import type { PersonAct, PersonDetailView } from "../../host";
import { Button, instead, refusal } from "../../kit";
import { go } from "../../routes/route";
import { More } from "../protect/More";
import styles from "./people.module.css";

/** What can be done with a person, the one who leaves last. What is refused keeps its reason. */
export function PersonActs({ detail: { row, acts }, start }: { readonly detail: PersonDetailView; readonly start: (act: PersonAct) => void }) {
  const { operator } = row.person;
  if (row.status === "left") return null;
  const refused = row.status === "active" ? acts.suspend : acts.reinstate;
  return (
    <footer className={styles.act}>
      {row.status === "suspended" && acts.reinstate.allowed && (
        <Button kind="primary" icon="rotate-ccw" onClick={() => { go("people", "reinstate", { operator }); }}>
          Request reinstatement…
        </Button>
      )}
      {acts.suspend.allowed && (
        <Button icon="circle-pause" onClick={() => { start({ act: "suspend" }); }}>
          Suspend…
        </Button>
      )}
      {row.status === "active" && acts.grant.allowed && (
        <Button icon="plus" onClick={() => { go("people", "grant", { operator }); }}>
          Grant a role…
        </Button>
      )}
      <More
        label="More"
        groups={[
          [
            { id: "leave", title: "Leaves the company…", icon: "ban", may: acts.leave, act: () => { start({ act: "leave" }); } },
            { id: "device", title: "Enrol a device…", icon: "monitor", may: acts.enrolDevice, act: () => { go("people", "device", { operator }); } },
          ],
        ]}
      />
      {!refused.allowed && refused.reason && (
        <p className="small t2" data-testid="why-not">
          {row.status === "active" ? "No suspension: " : "No reinstatement: "}
          {refusal(refused.reason)} {refused.eligible.length > 0 && instead(refused.eligible.map((who) => who.name))}
        </p>
      )}
    </footer>
  );
}
