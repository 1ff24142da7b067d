import type { RequestDetailView, SealSlotView } from "../../host";
import { momentSeconds, listed, refusalOfOther, ROLE, Seal, shortKeyId, slotLook } from "../../kit";
import { useSession } from "../../shell/session";
import styles from "./approvals.module.css";

/** Who signed, who still must, and why others may not. */
export function SealSlots({ detail }: { readonly detail: RequestDetailView }) {
  return (
    <div className="sealslots" data-testid="seal-slots">
      {detail.row.slots.map((slot, at) => (
        <div key={at} className={`slot ${slot.slot === "mine" ? "mine" : ""}`}>
          <Seal size={48} {...slotLook(slot)} />
          <Slot slot={slot} detail={detail} />
        </div>
      ))}
    </div>
  );
}

function Slot({ slot, detail }: { readonly slot: SealSlotView; readonly detail: RequestDetailView }) {
  const { operator } = useSession();
  switch (slot.slot) {
    case "signed":
      return (
        <div className={styles.slotText}>
          <span className="who trunc">{slot.by.name}</span>
          <span>
            {ROLE[slot.role]} · {slot.void ? "no longer valid" : slot.requester ? "asked for it" : "countersigned"}
            {!slot.verified && !slot.void && " · not verified here yet"}
          </span>
          <span className="num">{momentSeconds(slot.at)}</span>
          <span className="mono" title={slot.deviceKey}>
            key {shortKeyId(slot.deviceKey)}
          </span>
        </div>
      );
    case "declined":
      return (
        <div className={styles.slotText}>
          <span className="who trunc">{slot.by.name}</span>
          <span>{ROLE[slot.role]} · rejected it</span>
          <span className="wrap">“{slot.reason}”</span>
          <span className="num">{momentSeconds(slot.at)}</span>
        </div>
      );
    case "mine":
      return (
        <div className={styles.slotText}>
          <span className="who c-ink">Waiting for you</span>
          <span>
            {ROLE[slot.role]} · {operator.name}
          </span>
          <Others detail={detail} except={operator.operator} />
        </div>
      );
    case "empty":
      return (
        <div className={styles.slotText}>
          <span className="who">{detail.row.state === "open" ? "Not signed yet" : "Never signed"}</span>
          <span>{listed(slot.roles.map((role) => ROLE[role]), "or")}</span>
          <Others detail={detail} except={operator.operator} />
        </div>
      );
    default:
      return slot satisfies never;
  }
}

/** Said from the register's own answer, not from a copy of its rules. */
function Others({ detail, except }: { readonly detail: RequestDetailView; readonly except: string }) {
  const may = detail.maySign.filter((person) => person.operator !== except);
  return (
    <>
      {may.length > 0 && <span>{listed(may.map((person) => person.name))} may sign{detail.maySign.length > may.length ? " instead" : ""}</span>}
      {detail.mayNotSign.length > 0 && (
        <span className="t3" data-testid="may-not-sign">
          {detail.mayNotSign.map(({ person, reason }) => `${person.operator === except ? "You" : person.name} can't: ${person.operator === except && reason.because === "own_request" ? "you asked for it" : refusalOfOther(reason)}`).join("; ")}.
        </span>
      )}
    </>
  );
}
