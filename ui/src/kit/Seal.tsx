import type { PersonView, SealSlotView } from "../host";
import styles from "./Seal.module.css";

/** The motif: who signed, who still must. */
export type SealLook = "signed" | "mine" | "empty" | "declined" | "void";

type SealProps = { readonly look: SealLook; readonly initials?: string; readonly size: number; readonly label: string; readonly fresh?: boolean };

export function Seal({ look, initials, size, label, fresh }: SealProps) {
  const small = size < 30;
  return (
    <svg className={`seal ${look} ${fresh ? (styles.fresh ?? "") : ""}`} width={size} height={size} viewBox="0 0 48 48" role="img" aria-label={label}>
      <title>{label}</title>
      <SealShape look={look} small={small} />
      {look === "signed" && initials !== undefined && (
        <text x="24" y="29.2" aria-hidden="true">
          {initials}
        </text>
      )}
    </svg>
  );
}

function SealShape({ look, small }: { readonly look: SealLook; readonly small: boolean }) {
  switch (look) {
    case "signed":
      return (
        <>
          <circle cx="24" cy="24" r="20.6" fill="currentColor" stroke="currentColor" strokeWidth="4.4" strokeLinecap="round" strokeDasharray="0.01 5.383" />
          <circle className="rim" cx="24" cy="24" r="17.6" fill="none" strokeWidth="1.1" />
        </>
      );
    case "mine":
      return (
        <>
          <circle className="core" cx="24" cy="24" r="21" />
          <circle cx="24" cy="24" r={small ? 19.5 : 20.6} fill="none" stroke="currentColor" strokeWidth={small ? 4.4 : 2.6} strokeDasharray={small ? "5.076 3.676" : "3.128 2.265"} />
          {small ? (
            <path d="M17.5 30.5l1-4.6L28.4 16a2.6 2.6 0 0 1 3.7 3.7L22.1 29.5z" fill="currentColor" />
          ) : (
            <>
              <circle cx="24" cy="24" r="16.4" fill="none" stroke="currentColor" strokeWidth="1" opacity=".4" />
              <path d="M21.2 26.8v-2.9l7.3-7.3a1.6 1.6 0 0 1 2.3 0l.6.6a1.6 1.6 0 0 1 0 2.3l-7.3 7.3zM17 31.5h14" fill="none" stroke="currentColor" strokeWidth="1.9" strokeLinecap="round" strokeLinejoin="round" />
            </>
          )}
        </>
      );
    case "empty":
      return (
        <>
          <circle className="core" cx="24" cy="24" r="21" />
          <circle cx="24" cy="24" r={small ? 19.5 : 20.6} fill="none" stroke="currentColor" strokeWidth={small ? 3.4 : 1.8} strokeDasharray={small ? "5.076 3.676" : "3.128 2.265"} />
        </>
      );
    case "declined":
    case "void":
      return (
        <>
          <circle className="core" cx="24" cy="24" r="21" />
          <circle cx="24" cy="24" r="20.2" fill="none" stroke="currentColor" strokeWidth={small ? 3.4 : 2} strokeDasharray={look === "void" ? "5.076 3.676" : "none"} />
          <path d="M17 17l14 14M31 17L17 31" stroke="currentColor" strokeWidth={small ? 4 : 2.4} strokeLinecap="round" />
        </>
      );
    default:
      return look satisfies never;
  }
}

export function slotLook(slot: SealSlotView): { look: SealLook; initials?: string; label: string } {
  switch (slot.slot) {
    case "signed":
      return slot.void
        ? { look: "void", label: `Seal of ${slot.by.name}, no longer valid` }
        : { look: "signed", initials: slot.by.initials, label: `Signed by ${slot.by.name}` };
    case "declined":
      return { look: "declined", label: `Declined by ${slot.by.name}` };
    case "mine":
      return { look: "mine", label: "Waiting for your signature" };
    case "empty":
      return { look: "empty", label: "Not signed yet" };
    default:
      return slot satisfies never;
  }
}

/** A request's seals, overlapping like the mark of the product. */
export function Seals({ slots, size = 22 }: { readonly slots: readonly SealSlotView[]; readonly size?: number }) {
  return (
    <span className="seals">
      {slots.map((slot, at) => (
        <Seal key={at} size={size} {...slotLook(slot)} />
      ))}
    </span>
  );
}

export function PeopleSeals({ people, size = 18 }: { readonly people: readonly PersonView[]; readonly size?: number }) {
  return (
    <span className="seals">
      {people.map((person) => (
        <Seal key={person.operator} look="signed" initials={person.initials} size={size} label={`Signed by ${person.name}`} />
      ))}
    </span>
  );
}

/** The mark: one seal given, one still missing. */
export function Mark({ width = 30 }: { readonly width?: number }) {
  return (
    <svg className={styles.mark} viewBox="0 0 30 20" width={width} height={(width * 2) / 3} aria-hidden="true">
      <circle cx="10" cy="10" r="8.6" fill="currentColor" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeDasharray=".01 3.37" />
      <circle className={styles.second} cx="20" cy="10" r="8.7" stroke="currentColor" strokeWidth="1.7" strokeDasharray="2.35 1.55" />
    </svg>
  );
}
