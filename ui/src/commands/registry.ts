import { setAppearance } from "../design/appearance";
import type { CustodyHeadView, OperationKind, PersonView } from "../host";
import type { IconName } from "../kit";
import { go, type Screen } from "../routes/route";

/** Everything a person can ask for by name. The palette shows all of it, also what is not allowed, with the reason. */
export type Command = {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly run: () => void;
  readonly refused?: string;
};

export type Who = { readonly operator: PersonView; readonly custody: CustodyHeadView };

export const PLACES: readonly { screen: Screen; title: string; icon: IconName; key: string }[] = [
  { screen: "overview", title: "Overview", icon: "layout-dashboard", key: "o" },
  { screen: "approvals", title: "Approvals", icon: "inbox", key: "a" },
  { screen: "keys", title: "Keys", icon: "key-round", key: "k" },
  { screen: "runs", title: "Runs", icon: "play", key: "r" },
  { screen: "reviews", title: "Reviews", icon: "stamp", key: "v" },
  { screen: "ledger", title: "Ledger", icon: "scroll-text", key: "l" },
  { screen: "exceptions", title: "Exceptions", icon: "hourglass", key: "e" },
  { screen: "tenants", title: "Tenants", icon: "users", key: "t" },
  { screen: "offboarding", title: "Offboarding", icon: "trash", key: "f" },
  { screen: "certificates", title: "Certificates", icon: "file-text", key: "c" },
  { screen: "discovery", title: "Discovery", icon: "radar", key: "d" },
  { screen: "import", title: "Import", icon: "upload", key: "m" },
  { screen: "people", title: "People", icon: "user", key: "p" },
  { screen: "policies", title: "Policies", icon: "book-open", key: "y" },
  { screen: "settings", title: "Settings", icon: "settings", key: "s" },
];

/** What can be asked for besides a KEK's rotation and creation. */
const ASKS: readonly { readonly kind: OperationKind; readonly title: string; readonly icon: IconName }[] = [
  { kind: "rotate_dek", title: "rotate DEKs", icon: "refresh-cw" },
  { kind: "rotate_secret", title: "rotate a secret", icon: "refresh-cw" },
  { kind: "destroy_dek", title: "destroy DEKs", icon: "trash" },
  { kind: "destroy_kek", title: "destroy a KEK", icon: "trash" },
  { kind: "destroy_secret", title: "destroy a secret", icon: "trash" },
  { kind: "recover_kek", title: "recover a KEK", icon: "rotate-ccw" },
  { kind: "reactivate", title: "reactivate keys", icon: "rotate-ccw" },
  { kind: "lift_hold", title: "lift a hold", icon: "lock" },
];

export function onlyAuditor(operator: PersonView): boolean {
  return operator.roles.every((role) => role === "auditor");
}

export function commands(who: Who, lock: () => void): Command[] {
  const readsOnly = onlyAuditor(who.operator) ? { refused: "Auditors read everything and change nothing." } : {};
  return [
    ...PLACES.map((place) => ({ id: `go-${place.screen}`, title: `Go to ${place.title}`, icon: place.icon, keys: `g ${place.key}`, run: () => { go(place.screen); } })),
    { id: "rotate", title: "Request: rotate a KEK", icon: "refresh-cw", keys: "n", run: () => { go("request", "rotate"); }, ...readsOnly },
    { id: "create-kek", title: "Request: create a KEK", icon: "circle-plus", run: () => { go("request", "create"); }, ...readsOnly },
    ...ASKS.map(({ kind, title, icon }) => ({ id: `ask-${kind}`, title: `Request: ${title}`, icon, run: () => { go("request", kind); }, ...readsOnly })),
    { id: "ask-exception", title: "Request: an exception", icon: "hourglass", run: () => { go("exceptions", null, { ask: "new" }); }, ...readsOnly },
    { id: "share-key", title: "Request: let a key serve several tenants", icon: "users", run: () => { go("exceptions", null, { tab: "shared", ask: "share" }); }, ...readsOnly },
    { id: "register-review", title: "Review the register of exceptions", icon: "stamp", run: () => { go("exceptions", null, { tab: "review" }); } },
    { id: "offboard", title: "Offboard a tenant", icon: "trash", run: () => { go("tenants"); }, ...readsOnly },
    { id: "tokens", title: "Invalidate or sweep tokens", icon: "ban", run: () => { go("tenants"); }, ...readsOnly },
    { id: "create-deks", title: "Create DEKs", icon: "key-round", run: () => { go("create-deks"); }, ...readsOnly },
    { id: "import", title: "Import an inventory", icon: "upload", run: () => { go("import"); }, ...readsOnly },
    { id: "discover", title: "Compare vault and register", icon: "radar", run: () => { go("discovery"); }, ...readsOnly },
    { id: "verify", title: "Verify the ledger", icon: "shield-check", run: () => { go("ledger", null, { verify: "1" }); } },
    { id: "checkpoints", title: "Sign or cosign a checkpoint", icon: "stamp", run: () => { go("ledger", null, { panel: "checkpoints" }); } },
    { id: "export-ledger", title: "Export the ledger", icon: "download", run: () => { go("ledger", null, { panel: "export" }); } },
    { id: "audit-pack", title: "Make an audit pack", icon: "file-text", run: () => { go("ledger", null, { panel: "export" }); } },
    { id: "overdue", title: "Show overdue keys", icon: "timer-reset", run: () => { go("keys", null, { due: "overdue" }); } },
    { id: "lock", title: "Lock Countersign", icon: "lock", run: lock },
    { id: "switch", title: "Switch operator", icon: "user", run: lock, ...(who.custody.local ? {} : { refused: "Only a local custody has several operators on one computer." }) },
    { id: "light", title: "Theme: light", icon: "monitor", run: () => { setAppearance({ theme: "light" }); } },
    { id: "dark", title: "Theme: dark", icon: "monitor", run: () => { setAppearance({ theme: "dark" }); } },
    { id: "system", title: "Theme: as the system", icon: "monitor", run: () => { setAppearance({ theme: "system" }); } },
    { id: "compact", title: "Density: compact", icon: "layers", run: () => { setAppearance({ density: "compact" }); } },
    { id: "comfortable", title: "Density: comfortable", icon: "layers", run: () => { setAppearance({ density: "comfortable" }); } },
  ];
}

/** Commands whose title holds every word typed, those that start with it first. */
export function matching(all: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fit = all.filter((command) => words.every((word) => command.title.toLowerCase().includes(word)));
  const starts = (command: Command) => Number(!command.title.toLowerCase().startsWith(words[0] ?? ""));
  return fit.sort((one, other) => starts(one) - starts(other));
}
