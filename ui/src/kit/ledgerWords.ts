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
  "operator.left": { word: "Left the company", icon: "circle-minus", tone: "warn" },
  "role.withdrawn": { word: "Role withdrawn", icon: "circle-minus", tone: "warn" },
  "device.revoked": { word: "Device revoked", icon: "ban", tone: "warn" },
  "device.reported_lost": { word: "Device reported lost", icon: "triangle-alert", tone: "alert" },
  "device.wiped": { word: "Remote wipe recorded", icon: "check", tone: "ok" },
  "rehearsal.signed": { word: "Rehearsal signed", icon: "stamp", tone: "ok" },
  "duties.acknowledged": { word: "Duties acknowledged", icon: "stamp", tone: "ok" },
  "request.applied": { word: "Put into force", icon: "check", tone: "ok" },
  "vault.observed": { word: "Vault compared", icon: "radar", tone: "idle" },
  "refusals.attested": { word: "Refusals recorded", icon: "ban", tone: "alert" },
  "ledger.verified": { word: "Ledger verified", icon: "shield-check", tone: "ok" },
  "run.turned_back": { word: "Run turned back", icon: "rotate-ccw", tone: "warn" },
  "key.created": { word: "Key created", icon: "circle-plus", tone: "ink" },
  "dek.replaced": { word: "DEKs replaced", icon: "refresh-cw", tone: "ink" },
  "token.reencrypted": { word: "Tokens re-encrypted", icon: "refresh-cw", tone: "ink" },
  "dek.retired": { word: "DEKs retired", icon: "circle-minus", tone: "idle" },
  "dek.erased": { word: "Wraps erased", icon: "trash", tone: "alert" },
  "secret.version_set": { word: "Secret value set", icon: "circle-plus", tone: "ink" },
  "key.suspended": { word: "Suspended", icon: "circle-pause", tone: "warn" },
  "key.revoked": { word: "Revoked", icon: "ban", tone: "warn" },
  "key.deactivated": { word: "Disabled", icon: "circle-minus", tone: "warn" },
  "key.compromised": { word: "Reported as compromised", icon: "shield-alert", tone: "alert" },
  "key.protection_intended": { word: "Versions to disable named", icon: "circle-dashed", tone: "idle" },
  "key.protection_confirmed": { word: "Confirmed by the vault", icon: "check", tone: "ok" },
  "key.versions_enabled": { word: "Versions enabled again", icon: "circle-check", tone: "idle" },
  "key.reactivated": { word: "Reactivated", icon: "rotate-ccw", tone: "ink" },
  "hold.set": { word: "Hold set", icon: "lock", tone: "warn" },
  "hold.lifted": { word: "Hold lifted", icon: "lock", tone: "ink" },
  "review.signed_off": { word: "Signed off", icon: "stamp", tone: "ok" },
  "tokens.invalidated": { word: "Tokens invalidated", icon: "ban", tone: "alert" },
  "tokens.swept": { word: "Expired tokens deleted", icon: "trash", tone: "idle" },
  "tokens.deleted": { word: "Tokens deleted", icon: "trash", tone: "alert" },
  "keys.deactivated": { word: "Keys taken out of use", icon: "circle-minus", tone: "warn" },
  "keys.destroyed": { word: "Keys destroyed", icon: "trash", tone: "alert" },
  "register.reclaimed": { word: "Tables rewritten", icon: "refresh-cw", tone: "idle" },
  "key.deleted": { word: "Deleted in the vault", icon: "trash", tone: "alert" },
  "key.purged": { word: "Purged from the vault", icon: "trash", tone: "alert" },
  "key.recovered": { word: "Recovered in the vault", icon: "rotate-ccw", tone: "ink" },
  "drill.passed": { word: "Restore drill passed", icon: "shield-check", tone: "ok" },
  "exception.revoked": { word: "Exception revoked", icon: "ban", tone: "alert" },
  "exception.reminded": { word: "Reminded of an exception", icon: "hourglass", tone: "idle" },
  "exceptions.reviewed": { word: "Register of exceptions signed off", icon: "stamp", tone: "ok" },
  "shared_key.withdrawn": { word: "Shared-service entry withdrawn", icon: "link-2-off", tone: "warn" },
  "checkpoint.signed": { word: "Checkpoint made", icon: "stamp", tone: "ink" },
  "checkpoint.cosigned": { word: "Checkpoint cosigned", icon: "stamp", tone: "ok" },
  "certificate.issued": { word: "Certificate issued", icon: "file-text", tone: "ok" },
};

export function actWord(verb: string): { readonly word: string; readonly icon: IconName; readonly tone: Tone } {
  return ACTS[verb] ?? { word: verb, icon: "circle", tone: "idle" };
}

/** Groups of verbs, as people look for them. A verb belongs to the first group that takes it. */
export const ACT_GROUPS: readonly { readonly id: string; readonly word: string; readonly takes: (verb: string) => boolean }[] = [
  { id: "requests", word: "Requests and signatures", takes: (verb) => verb.startsWith("request.") },
  { id: "runs", word: "Runs and steps", takes: (verb) => /^(run|step)\./.test(verb) },
  { id: "destruction", word: "Destruction", takes: (verb) => /^(keys\.|dek\.erased|tokens\.|register\.|certificate\.|key\.(deleted|purged|recovered))/.test(verb) },
  { id: "protection", word: "Protective acts and holds", takes: (verb) => /^(hold\.|key\.(suspended|revoked|deactivated|compromised|protection|reactivated|versions_enabled))/.test(verb) },
  { id: "keys", word: "Keys, DEKs and tokens", takes: (verb) => /^(key|dek|token|secret|inventory|vault|drill)\./.test(verb) },
  { id: "exceptions", word: "Exceptions and shared keys", takes: (verb) => /^(exceptions?|shared_key)\./.test(verb) },
  { id: "people", word: "People, devices, sessions", takes: (verb) => /^(operator|role|device|session|rehearsal|duties|custody)\./.test(verb) },
  { id: "proof", word: "Reviews, checkpoints, refusals", takes: (verb) => /^(reviews?|checkpoint|refusals|ledger)\./.test(verb) },
  { id: "other", word: "Other acts", takes: () => true },
];

/** The group of a verb. */
export function actGroup(verb: string): string {
  return ACT_GROUPS.find((group) => group.takes(verb))?.id ?? "other";
}
