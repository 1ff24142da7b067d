import type { AttributeView } from "../../host";

export type Change = { readonly name: string; readonly before: string; readonly after: string };

/** Names under which an entry says what was and what is. */
const PAIRS: readonly (readonly [before: RegExp, after: (rest: string) => string])[] = [
  [/^from_(.+)$/, (rest) => `to_${rest}`],
  [/^old_(.+)$/, (rest) => `new_${rest}`],
  [/^(.+)_before$/, (rest) => `${rest}_after`],
];

/** What an entry says was before and is after it: attributes that come in pairs, and differences of a plan that lapsed. */
export function changesOf(attributes: readonly AttributeView[]): readonly Change[] {
  const value = (name: string) => attributes.find((it) => it.name === name)?.value;
  const pairs = attributes.flatMap(({ name, value: before }) =>
    PAIRS.flatMap(([pattern, partner]) => {
      const rest = pattern.exec(name)?.[1];
      const after = rest === undefined ? undefined : value(partner(rest));
      return rest === undefined || after === undefined ? [] : [{ name: rest.replaceAll("_", " "), before, after }];
    }),
  );
  return [...pairs, ...differences(value("differences"))];
}

/** A JSON object, fact by fact what was planned and what was found. */
function differences(text: string | undefined): readonly Change[] {
  if (text === undefined) return [];
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null) return [];
    return Object.entries(read).flatMap(([name, both]: [string, unknown]) => {
      if (typeof both !== "object" || both === null || !("planned" in both) || !("found" in both)) return [];
      return [{ name, before: String(both.planned), after: String(both.found) }];
    });
  } catch {
    return [];
  }
}
