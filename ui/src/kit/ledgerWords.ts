import type { IconName } from "./drawings";
import type { Tone } from "./words";

/** The ledger's verbs as people say them. A verb that is not here is shown as recorded. */
const ACTS: Record<string, { word: string; icon: IconName; tone: Tone }> = {
  "custody.founded": { word: "Custody founded", icon: "stamp", tone: "ink" },
  "session.opened": { word: "Unlocked", icon: "key-round", tone: "idle" },
  "session.closed": { word: "Locked", icon: "lock", tone: "idle" },
  "key.adopted": { word: "Key adopted", icon: "circle-plus", tone: "ink" },
  "inventory.imported": { word: "Inventory imported", icon: "upload", tone: "ink" },
  "dek.created": { word: "DEKs created", icon: "circle-plus", tone: "ink" },
  "token.sealed": { word: "Tokens sealed", icon: "lock", tone: "idle" },
  "request.submitted": { word: "Asked and signed", icon: "stamp", tone: "ink" },
  "request.sealed": { word: "Countersigned", icon: "stamp", tone: "ink" },
  "request.rejected": { word: "Rejected", icon: "circle-x", tone: "idle" },
  "request.withdrawn": { word: "Withdrawn", icon: "rotate-ccw", tone: "idle" },
  "request.lapsed": { word: "Lapsed", icon: "circle-alert", tone: "alert" },
  "run.started": { word: "Run started", icon: "play", tone: "ink" },
  "run.claimed": { word: "Run taken over", icon: "rotate-ccw", tone: "ink" },
  "run.paused": { word: "Run paused", icon: "circle-pause", tone: "warn" },
  "run.resumed": { word: "Run resumed", icon: "play", tone: "ink" },
  "run.finished": { word: "Run finished", icon: "circle-check", tone: "ok" },
  "step.intended": { word: "Step intended", icon: "circle-dashed", tone: "idle" },
  "step.done": { word: "Step done", icon: "check", tone: "ok" },
  "step.failed": { word: "Step failed", icon: "triangle-alert", tone: "alert" },
  "key.version_created": { word: "Version created", icon: "circle-plus", tone: "ink" },
  "dek.rewrapped": { word: "DEKs re-wrapped", icon: "refresh-cw", tone: "ink" },
  "key.version_disabled": { word: "Version disabled", icon: "circle-minus", tone: "idle" },
  "key.version_enabled": { word: "Version enabled", icon: "circle-check", tone: "idle" },
  "operator.suspended": { word: "Operator suspended", icon: "ban", tone: "warn" },
  "vault.observed": { word: "Vault compared", icon: "radar", tone: "idle" },
  "refusals.attested": { word: "Refusals recorded", icon: "ban", tone: "alert" },
  "ledger.verified": { word: "Ledger verified", icon: "shield-check", tone: "ok" },
};

export function actWord(verb: string): { readonly word: string; readonly icon: IconName; readonly tone: Tone } {
  return ACTS[verb] ?? { word: verb, icon: "circle", tone: "idle" };
}
