import type { Micros } from "../../host";
import { dayAt } from "../../kit";

const WRITTEN = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})$/;

/** A moment as one types it, in UTC: 2026-11-22 07:10. */
export function typedMoment(at: Date): string {
  return at.toISOString().slice(0, 16).replace("T", " ");
}

/** What was typed as a moment, or nothing where it is none. */
export function momentOf(typed: string): Micros | null {
  const [, day, hour, minute] = WRITTEN.exec(typed.trim()) ?? [];
  return day === undefined ? null : dayAt(day, Number(hour), Number(minute));
}
