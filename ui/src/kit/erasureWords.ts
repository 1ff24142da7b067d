import type { ErasureStrength, ErasureView, ResidueKind, ResidueView } from "../host";
import { day, listed, term } from "./format";
import type { NoteTone } from "./states";

/** How strong an erasure is, in words that are the same before anyone signs and on the certificate. */

const STRENGTH: Record<ErasureStrength, { readonly title: string; readonly tone: NoteTone }> = {
  cryptographic: { title: "Erasure strength: cryptographic.", tone: "ok" },
  bounded: { title: "Erasure strength: cryptographic once the vault has purged", tone: "warn" },
  limited: { title: "Erasure strength: limited", tone: "warn" },
};

export const RESIDUE: Record<ResidueKind, string> = {
  soft_delete: "Deleted objects that the vault still holds", write_ahead_log: "Copies in the write-ahead log", replica: "Copies on replicas", backup: "Copies in backups",
  living_kek: "The shared KEK that still opens copies",
};

export function strengthTone(erasure: ErasureView): NoteTone {
  return STRENGTH[erasure.strength].tone;
}

/** "Erasure strength: limited until 21 Dec 2026." */
export function strengthTitle({ strength, until }: ErasureView): string {
  const { title } = STRENGTH[strength];
  if (strength === "cryptographic") return title;
  if (until === null) return strength === "limited" ? `${title}, without a date.` : `${title}.`;
  return strength === "limited" ? `${title} until ${day(until)}.` : `${title}, on ${day(until)}.`;
}

export function strengthText({ strength, livingKeks, residues, until }: ErasureView): string {
  if (strength === "cryptographic") return "The KEK is the tenant's own and goes with it. Whatever copies of wrapped keys remain in logs and backups open for nobody.";
  if (strength === "bounded") return "The KEK is the tenant's own. Until the vault has purged it, two people can still recover it, and copies of wrapped keys open with it; afterwards they open for nobody.";
  const copies = residues.filter((residue) => residue.kind !== "soft_delete" && residue.kind !== "living_kek").map(residueShort);
  const keks = livingKeks.length === 0 ? "A KEK that lives on" : `${listed(livingKeks)}, which ${livingKeks.length === 1 ? "lives" : "live"} on,`;
  const where = copies.length === 0 ? "Wrapped copies elsewhere" : `Wrapped copies in ${listed(copies)}`;
  return `${where} can still be opened by anyone who has both such a copy and the use of the KEK: ${keks} opens them${until === null ? ". No retention is configured, so no date can be promised" : ""}. With a KEK of its own, purging it would have erased those too.`;
}

function residueShort(residue: ResidueView): string {
  const name = { soft_delete: "soft-delete", write_ahead_log: "the write-ahead log", replica: "replicas", backup: "backups", living_kek: "a shared KEK" }[residue.kind];
  return residue.keptHours === null ? name : `${name} (${term(residue.keptHours * 3600)})`;
}
