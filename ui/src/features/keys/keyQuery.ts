import type { DueFilter, KeyFilter, KeyId, KeySort, KeyState, KeysPageRequest, KeyType, SortDirection, StorageMedium } from "../../host";
import { KEY_STATE, KEY_TYPE, STORAGE } from "../../kit";
import type { Query } from "../../routes/route";

/** What the address says about the table, and back. A word that is not known is left out, never passed on. */

export const DUE: Record<DueFilter, string> = {
  overdue: "Overdue", within14_days: "Within 14 days", within30_days: "Within 30 days", within90_days: "Within 90 days", violations: "Breaks a rule",
};

const SORTS: readonly KeySort[] = ["name", "tenant", "state", "rotate_by", "created", "version"];
export const PAGE = 100;

export type Shown = { readonly filter: KeyFilter; readonly sort: KeySort; readonly direction: SortDirection };

export function shownOf(query: Query): Shown {
  const words = <W extends string>(name: string, known: Record<W, unknown>): W[] =>
    (query[name] ?? "").split(",").filter((word): word is W => Object.hasOwn(known, word));
  const due = query["due"] ?? "";
  return {
    filter: {
      types: words<KeyType>("type", KEY_TYPE),
      states: words<KeyState>("state", KEY_STATE),
      due: Object.hasOwn(DUE, due) ? (due as DueFilter) : null,
      storage: words<StorageMedium>("storage", STORAGE),
      tenant: query["tenant"] || null,
      owner: query["owner"] || null,
      wrappedBy: (query["kek"] as KeyId | undefined) || null,
      text: query["text"] ?? "",
    },
    sort: SORTS.find((sort) => sort === query["sort"]) ?? "rotate_by",
    direction: query["dir"] === "descending" ? "descending" : "ascending",
  };
}

/** Empty values take the name out of the address. */
export function queryOf({ filter, sort, direction }: Shown): Query {
  return {
    type: filter.types.join(","), state: filter.states.join(","), storage: filter.storage.join(","), due: filter.due ?? "", tenant: filter.tenant ?? "",
    owner: filter.owner ?? "", kek: filter.wrappedBy ?? "", text: filter.text, sort: sort === "rotate_by" ? "" : sort, dir: direction === "ascending" ? "" : direction,
  };
}

export function firstPage(shown: Shown): KeysPageRequest {
  return { ...shown, after: null, limit: PAGE };
}

export function isFiltered(filter: KeyFilter): boolean {
  return filter.types.length + filter.states.length + filter.storage.length > 0 || filter.due !== null || filter.tenant !== null || filter.owner !== null || filter.wrappedBy !== null || filter.text !== "";
}

export const NO_FILTER: KeyFilter = { types: [], states: [], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text: "" };
