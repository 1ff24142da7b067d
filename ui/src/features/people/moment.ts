import type { Micros } from "../../host";

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})$/;

/** A moment as one types it, in UTC: 2026-11-22 07:10. */
export function typedMoment(at: Date): string {
  return at.toISOString().slice(0, 16).replace("T", " ");
}

/** What was typed as a moment, or nothing where it is none. No 31st of February becomes a 3rd of March. */
export function momentOf(typed: string): Micros | null {
  const parts = WRITTEN.exec(typed.trim());
  if (parts === null) return null;
  const [year, month, day, hour, minute] = parts.slice(1).map(Number) as [number, number, number, number, number];
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const same = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day && at.getUTCHours() === hour && at.getUTCMinutes() === minute;
  return same ? (String(BigInt(at.getTime()) * 1000n) as Micros) : null;
}
