import type { AppStateView, CustodyHeadView, CustodyId, Digest, KeychainView, Micros, OperatorId, PersonView, Role } from "../../src/host";

export const NOW = Date.UTC(2026, 10, 22, 9, 40, 12);
export const micros = (ms: number) => String(ms * 1000) as Micros;
export const daysAgo = (days: number, plusMs = 0) => micros(NOW - days * 86_400_000 + plusMs);
export const inDays = (days: number) => daysAgo(-days);

export function digest(seed: string): Digest {
  let state = 2166136261;
  let out = "";
  while (out.length < 64) {
    for (const letter of seed + String(out.length)) state = Math.imul(state ^ letter.charCodeAt(0), 16777619) >>> 0;
    out += state.toString(16).padStart(8, "0");
  }
  return out.slice(0, 64) as Digest;
}

export function person(id: string, name: string, initials: string, roles: Role[]): PersonView {
  return { operator: id as OperatorId, name, initials, roles };
}

export const MAREN = person("op-1", "Maren Oduya", "MO", ["security"]);
export const TOMASZ = person("op-2", "Tomasz Wilk", "TW", ["devops"]);
export const ILSE = person("op-3", "Ilse Brandt", "IB", ["security"]);
export const HANNAH = person("op-4", "Hannah Voss", "HV", ["auditor"]);
export const PEOPLE = [MAREN, TOMASZ, ILSE, HANNAH];

export const CUSTODY: CustodyHeadView = {
  id: "c-1" as CustodyId, name: "practice", environment: "development", local: true,
  vaultHost: "practice.vault.azure.net", database: "127.0.0.1/custody",
};

export const KEYCHAIN: KeychainView = { state: "ready", store: "GNOME Keyring" };

export function appState(state: string): AppStateView {
  switch (state) {
    case "first_run":
      return { at: "first_run", keychain: KEYCHAIN };
    case "no_keychain":
      return { at: "first_run", keychain: { state: "missing", start: "Start one: on GNOME “gnome-keyring-daemon --start --components=secrets”, on KDE open KWallet." } };
    case "founding":
    case "founding_second":
    case "founding_ready": {
      const made = (who: PersonView, at: string) => ({ name: who.name, initials: who.initials, person: `${who.initials.toLowerCase()}@tidewell.example`, login: `op_${who.initials.toLowerCase()}`, roles: who.roles, deviceName: at, deviceKey: digest(who.name) });
      return {
        at: "founding", custody: { ...CUSTODY, id: null }, keychain: KEYCHAIN,
        founding: { first: state === "founding" ? null : made(MAREN, "mo-framework-13"), second: state === "founding_ready" ? made(TOMASZ, "tw-thinkpad") : null, passphraseCharsMin: 12 },
      };
    }
    case "locked":
      return { at: "locked", custody: CUSTODY, keychain: KEYCHAIN, operators: [MAREN, TOMASZ, ILSE], last: MAREN.operator, reason: "idle" };
    case "joining":
      return { at: "locked", custody: { ...CUSTODY, name: "tidewell", environment: "production", local: false }, keychain: KEYCHAIN, operators: [], last: null, reason: "started" };
    case "unavailable":
      return { at: "unavailable", custody: { ...CUSTODY, local: false, environment: "staging" }, problem: { code: "connection", target: "register", address: "db.tidewell.example:5432", problem: { what: "timed_out", afterS: 10 } } };
    default:
      return { at: "unlocked", custody: state === "production" ? { ...CUSTODY, name: "tidewell", environment: "production", local: false } : CUSTODY, operator: state === "auditor" ? HANNAH : MAREN, deviceKey: digest("Maren Oduya"), session: { endsAt: micros(Date.now() + 6 * 3_600_000), locksAt: micros(Date.now() + 300_000), idleLockMinutes: 5 } };
  }
}
