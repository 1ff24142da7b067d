import type { Micros, SurveyView } from "../../host";
import { counted, day } from "../../kit";
import styles from "./offboarding.module.css";

type Moment = { readonly when: string; readonly what: string; readonly destroys: boolean };

/** When what happens, from the start of the run to its end. */
export function When({ survey }: { readonly survey: SurveyView }) {
  return (
    <section className="card" aria-label="When">
      <header>
        <h2>When</h2>
      </header>
      <ol className={styles.when}>
        {moments(survey).map((moment) => (
          <li key={`${moment.when}${moment.what}`} className={moment.destroys ? styles.destroys : ""}>
            <span className="med">{moment.when}</span>
            <span className="small t2">{moment.what}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function moments({ found, erasure, purgeAt: purge }: SurveyView): readonly Moment[] {
  const total = (kinds: readonly string[]) => found.filter((one) => kinds.includes(one.kind) && one.fate !== "stays" && one.fate !== "out_of_use").reduce((sum, one) => sum + one.count, 0);
  const deks = total(["dek"]);
  const inVault = total(["kek", "secret"]);
  const copies = latest(erasure.residues.filter((residue) => residue.kind !== "soft_delete").map((residue) => residue.until));
  const dated = [
    ...(copies === null ? [] : [{ at: copies, when: day(copies), what: "the last copy in logs and backups ages out", destroys: false }]),
    ...(inVault === 0 ? [] : [{ at: purge ?? "9999999999999999999", when: purge === null ? "At the vault's date" : day(purge), what: "vault purges; absence proven, run closes", destroys: true }]),
  ].sort((one, other) => (BigInt(one.at) < BigInt(other.at) ? -1 : 1));
  return [
    { when: "At once", what: "Tokens stop working", destroys: false },
    ...(deks === 0 ? [] : [{ when: "Minutes", what: `${counted(deks, "DEK")} destroyed`, destroys: true }]),
    ...(inVault === 0 ? [] : [{ when: "Same day", what: `${counted(inVault, "vault object")} deleted`, destroys: true }]),
    ...dated,
  ];
}

function latest(all: readonly (Micros | null)[]): Micros | null {
  return all.reduce<Micros | null>((last, at) => (at !== null && (last === null || BigInt(at) > BigInt(last)) ? at : last), null);
}
