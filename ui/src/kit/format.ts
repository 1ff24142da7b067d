import type { Digest, Micros } from "../host";

/** Numbers, moments and identifiers as people read them. English, 24 hours, UTC in records. */

const NUMBER = new Intl.NumberFormat("en-GB");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_US = 86_400_000_000n;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

export function count(value: number): string {
  return NUMBER.format(value);
}

/** "1 key", "2 keys". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function dateOf(at: Micros): Date {
  return new Date(Number(BigInt(at) / 1000n));
}

/** 17 Nov 2026 */
export function day(at: Micros): string {
  const date = dateOf(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
}

/** 17 Nov */
export function shortDay(at: Micros): string {
  const date = dateOf(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""}`;
}

/** 09:14 */
export function clock(at: Micros): string {
  const date = dateOf(at);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** 09:14:22 */
export function clockSeconds(at: Micros): string {
  return `${clock(at)}:${two(dateOf(at).getUTCSeconds())}`;
}

/** 17 Nov 2026, 09:14 UTC */
export function moment(at: Micros): string {
  return `${day(at)}, ${clock(at)} UTC`;
}

/** Tue 17 Nov 2026, 09:14 UTC */
export function longMoment(at: Micros): string {
  return `${DAYS[dateOf(at).getUTCDay()] ?? ""} ${moment(at)}`;
}

/** 17 Nov 2026, 09:14:22 UTC */
export function momentSeconds(at: Micros): string {
  return `${day(at)}, ${clockSeconds(at)} UTC`;
}

/** 17 Nov 2026, 09:14:22.208 UTC */
export function exactMoment(at: Micros): string {
  const millis = String(dateOf(at).getUTCMilliseconds()).padStart(3, "0");
  return `${day(at)}, ${clockSeconds(at)}.${millis} UTC`;
}

/** A recorded text, with the moments in it as people read them. */
export function readMoments(recorded: string): string {
  const read = recorded.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, (written) => moment(microsOf(new Date(written))));
  return read.trim();
}

/** A day as one types it, 2026-11-22, at an hour of it in UTC; nothing for what is not a day: no 31st of February becomes a 3rd of March. */
export function dayAt(typed: string, hour = 0, minute = 0): Micros | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed.trim());
  if (!parts) return null;
  const [year, month, date] = parts.slice(1).map(Number) as [number, number, number];
  const at = new Date(Date.UTC(year, month - 1, date, hour, minute));
  const same = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date && at.getUTCHours() === hour && at.getUTCMinutes() === minute;
  return same ? microsOf(at) : null;
}

/** What is wrong with a typed day; nothing while there is none. */
export function dayFault(day: string): string | undefined {
  return day.trim() === "" || dayAt(day) !== null ? undefined : "Write the day as 2026-11-22.";
}

/** The end of a typed day, which is where the next begins. */
export function endOfDay(typed: string): Micros | null {
  const start = dayAt(typed);
  return start === null ? null : (String(BigInt(start) + DAY_US) as Micros);
}

function microsOf(at: Date): Micros {
  return String(BigInt(at.getTime()) * 1000n) as Micros;
}

/** "4 s ago", "in 6 d": the largest whole unit. */
export function relative(at: Micros, now: Date): string {
  const seconds = Math.round((dateOf(at).getTime() - now.getTime()) / 1000);
  const span = duration(Math.abs(seconds));
  return seconds > 0 ? `in ${span}` : `${span} ago`;
}

/** Seconds in the largest whole unit: 42 s, 5 min, 3 h, 12 d. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A grace period or a term, in words: "7 days", "12 hours", "none". */
export function term(seconds: number): string {
  if (seconds === 0) return "none";
  if (seconds % 86_400 === 0) return counted(seconds / 86_400, "day");
  if (seconds % 3600 === 0) return counted(seconds / 3600, "hour");
  if (seconds % 60 === 0) return counted(seconds / 60, "minute");
  return counted(seconds, "second");
}

/** How long something took: 23 ms, 0.2 s, 12 s, 3 min 4 s. */
export function took(millis: number): string {
  if (millis < 100) return `${millis} ms`;
  if (millis < 10_000) return `${(millis / 1000).toFixed(1)} s`;
  if (millis < 60_000) return `${Math.round(millis / 1000)} s`;
  const seconds = Math.round(millis / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "5 d late", "in 6 d", or the day when that is far. */
export function due(rotateBy: Micros, dueInDays: number): string {
  if (dueInDays < 0) return `${count(-dueInDays)} d late`;
  if (dueInDays === 0) return "today";
  if (dueInDays <= 30) return `in ${dueInDays} d`;
  return day(rotateBy);
}

/** 71c09e44…5d2ab813 */
export function shortDigest(digest: string): string {
  return digest.length > 20 ? `${digest.slice(0, 8)}…${digest.slice(-8)}` : digest;
}

/** A subject as a list shows it: names as they are, ids shortened. */
export function shortId(text: string): string {
  return /^[0-9a-f-]{32,}$/.test(text) ? shortDigest(text) : text;
}

/** A key's id in groups of four: 8be2 06a1 · 77c4 d90f. */
export function shortKeyId(key: Digest): string {
  return `${key.slice(0, 4)} ${key.slice(4, 8)} · ${key.slice(-8, -4)} ${key.slice(-4)}`;
}

/** A digest in groups of four, whole. */
export function groups(digest: string): string {
  return digest.match(/.{1,4}/g)?.join(" ") ?? digest;
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const value = (part / whole) * 100;
  // Never round up to a whole that is not there.
  return part === whole ? "100%" : `${(Math.floor(value * 10) / 10).toFixed(1)}%`;
}

export function titleCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "A", "A and B", "A, B and C". */
export function listed(names: readonly string[], joint = "and"): string {
  if (names.length <= 1) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1) ?? ""}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
