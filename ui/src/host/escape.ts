/**
 * Text that other people wrote, made safe to look at.
 *
 * A name may hold characters that have no shape of their own or that turn the reading direction around, so that what is read
 * is not what is signed. Every string the host answers passes through here once, at the door, so that no screen can forget it.
 */

// Controls except line feed and tab, formats (bidi, zero-width, soft hyphen, tags), surrogates, private use and unassigned,
// line and paragraph separators, every space but the ordinary and the no-break one, fillers and variation selectors.
const UNUSUAL =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u1680\u2000-\u200A\u205F\u3000\u115F\u1160\u3164\uFFA0\u2800\u034F\u180B-\u180F\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu;

export function escapeText(text: string): string {
  return text.replace(UNUSUAL, (found) =>
    found === "\n" || found === "\t" ? found : `\\u{${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}}`,
  );
}

export function isPlain(text: string): boolean {
  return escapeText(text) === text;
}

/** Every string of an answer, escaped; everything else as it is. */
export function escapeAnswer<T>(answer: T): T {
  return walk(answer) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return escapeText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, walk(held)]));
  }
  return value;
}
