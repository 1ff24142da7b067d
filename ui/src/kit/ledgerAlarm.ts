import type { LedgerAlarm } from "../host";
import { count } from "./format";

export type Alarm = { readonly how: LedgerAlarm; readonly known: number; readonly now: number; readonly first: number; readonly last: number };

/** What is wrong with a ledger that is not the one known here: which entries, and what that means. */
export function alarmSaid({ how, known, now, first, last }: Alarm): { readonly what: string; readonly means: string } {
  const among = first === last ? `entry ${count(first)} is another one` : `among the entries ${count(first)} to ${count(last)} there are others`;
  switch (how) {
    case "shorter":
      return {
        what: `Entry ${count(first)} and those after it are gone: this computer knows ${count(known)} entries of this ledger, the register shows ${count(now)}.`,
        means: "Its tail was cut off, or an older copy of the database was put back.",
      };
    case "rewritten":
      return {
        what: `This is not the ledger that this computer has seen: of the ${count(known)} entries known here, ${among} now.`,
        means: "History was rewritten, or two consoles are shown two histories.",
      };
    case "checkpoint_differs":
      return { what: `The register's checkpoint of entry ${count(known)} is not one of this ledger.`, means: "Somebody changed the checkpoint, or the entries under it." };
    case "checkpoint_gone":
      return { what: `The register no longer has the checkpoint of entry ${count(known)} that this computer keeps.`, means: "Somebody removed it, or an older copy of the database was put back." };
    case "tree_differs":
      return { what: "The proofs that the register keeps do not fit its own entries.", means: "Somebody changed the register's tables behind its functions." };
  }
}

/** What whoever meets such a ledger does. */
export const ALARM_TODO = "Keep everything as it is. Compare it with a checkpoint that was published or that another person keeps, and bring the newer copy of the database back if an older one was restored.";
