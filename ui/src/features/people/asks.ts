/** What can be asked for about people, each on a page of its own. */
export const ASKS = ["enrol", "device", "grant", "reinstate"] as const;

export type AskKind = (typeof ASKS)[number];

/** Whether an address names one of them and not a person. */
export function isAsk(id: string): id is AskKind {
  return (ASKS as readonly string[]).includes(id);
}

export const ASK_TITLE: Record<AskKind, string> = {
  enrol: "Enrol an operator", device: "Enrol a device", grant: "Grant a role", reinstate: "Reinstate an operator",
};
