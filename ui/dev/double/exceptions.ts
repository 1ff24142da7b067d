import type { ClauseView, ExceptionDetailView, ExceptionFormRequest, ExceptionFormView, ExceptionId, ExceptionRowView, ExceptionsPageRequest, ExceptionsPageView, GateView, PersonView, RegisterReviewView, ScopeTermView, SharedKeyRowView, SharedKeysView, SignContextView } from "../../src/host";
import { scopeWords } from "../../src/kit";
import { keyRef } from "./keys";
import { CUSTODY, daysAgo, digest, HANNAH, ILSE, inDays, MAREN, micros, NOW, person, TOMASZ } from "./people";
import { signed } from "./requests";

const DELE = person("op-5", "Dele Akande", "DA", ["engineering"]);
const WORDS = "I accept the risk of this exception until its expiry date.";
const yes = { allowed: true, reason: null, eligible: [] };
const auditor = { allowed: false, reason: { because: "auditor_never_signs" as const }, eligible: [MAREN, TOMASZ] };

const clause = (name: string, cited: string, title: string, termDaysMax: number): ClauseView => ({ clause: name, cited, title, termDaysMax });

export const CLAUSES: ClauseView[] = [
  clause("A-6.3-kek-rotation", "A §6.3", "KEKs are rotated every year", 60), clause("A-7-legacy-storage", "A §7", "No new keys in Kubernetes Secrets; what lies there is phased out", 90), clause("A-A-algorithms", "A §A", "Approved algorithms", 60),
  clause("B-9-api-secrets", "B §9", "API secrets every 90 days", 60), clause("B-9-token-signing", "B §9", "Token-signing keys every 180 days", 60), clause("B-11-backup-keys", "B §11", "Backup keys are kept apart and tested every year", 90), clause("B-12-cross-tenant", "B §12", "No key is shared across tenants", 90),
];

function row(number: number, title: string, of: number, scope: string | ScopeTermView[], owner: string, state: ExceptionRowView["state"], since: number, until: number, by: [PersonView, PersonView | null], more: Partial<ExceptionRowView> = {}): ExceptionRowView {
  return {
    exception: `ex-${number}` as ExceptionId, label: `EX-${String(number).padStart(4, "0")}`, title, clause: CLAUSES[of] ?? clause("", "", "", 1), terms: typeof scope === "string" ? [{ of: "key", key: keyRef("dek-5", scope) }] : scope, owner, state,
    slots: [signed(by[0], true), by[1] === null ? { slot: "mine", role: "risk_acceptance" } : { ...signed(by[1], false), role: "risk_acceptance" } as never],
    since: daysAgo(since), until: inDays(until), daysLeft: Math.trunc(until), request: { request: "rq-9" as never, label: `R-${number + 340}` }, answer: null, waitsForMe: by[1] === null, ...more,
  };
}

export const EXCEPTIONS: ExceptionRowView[] = [
  row(57, "Bootstrap secret still in Kubernetes", 1, "tidewell-bootstrap", "Dele Akande", "expired", 82, -2.4, [DELE, MAREN]),
  row(61, "Wildcard certificate shared by 3 tenants", 6, "*.apps.tidewell.example", "Ilse Brandt", "expiring", 60, 6.2, [ILSE, MAREN], { answer: { request: { request: "rq-3" as never, label: "R-418" }, renews: true } }),
  row(62, "API secret kept past 90 days", 3, [{ of: "type", keyType: "api_secret" }, { of: "tenant", tenant: "tn-11" as never, name: "Saltmarsh Shipping" }], "Dele Akande", "requested", 0.1, 54, [DELE, null]),
  row(58, "RSA-2048 KEK in legacy vault", 2, "kek-legacy-billing", "Tomasz Wilk", "active", 41, 69, [TOMASZ, ILSE]),
  row(59, "Backup key restore test postponed", 5, "kek-backup-prod", "Hannah Voss", "active", 20, 33, [TOMASZ, ILSE]),
  row(60, "Token-signing key at 210 days", 4, "tsk-partner-api", "Liam Kerr", "active", 14, 36, [DELE, MAREN]),
  row(56, "Bootstrap secret still in Kubernetes", 1, "tidewell-bootstrap", "Dele Akande", "renewed", 171, -82, [DELE, MAREN]),
  row(55, "DEK of a closed integration kept", 0, "dek/alder/jira", "Ilse Brandt", "closed", 130, -60, [ILSE, MAREN]),
  row(54, "Partner key with SHA-1 fingerprint", 2, "api/brightwater/legacy", "Dele Akande", "revoked", 110, -30, [DELE, ILSE]),
];

const isOpen = (one: ExceptionRowView) => ["requested", "active", "expiring", "expired"].includes(one.state);

export function exceptionsPage(request: ExceptionsPageRequest, empty: boolean, reads: boolean): ExceptionsPageView {
  const all = empty ? [] : EXCEPTIONS;
  const text = request.text.toLowerCase();
  const rows = all.filter((one) => request.folder === "all" || isOpen(one) === (request.folder === "open")).filter((one) =>
    (request.state === null || one.state === request.state) && (request.clause === null || request.clause === "" || one.clause.clause === request.clause) && `${one.label} ${one.title} ${scopeWords(one.terms)} ${one.owner}`.toLowerCase().includes(text));
  return { rows, next: null, matching: rows.length, open: all.filter(isOpen).length, closed: all.filter((one) => !isOpen(one)).length, now: micros(NOW), clauses: CLAUSES, ask: reads ? auditor : yes };
}

export function exceptionDetail(id: string, reads = false): ExceptionDetailView {
  const found = EXCEPTIONS.find((one) => one.exception === id) ?? EXCEPTIONS[0];
  if (!found) throw new Error("no exceptions");
  const over = !isOpen(found);
  const asked = found.state === "requested";
  const link = (of: ExceptionRowView) => ({ exception: of.exception, label: of.label, state: of.state, since: of.since, until: of.until, people: [DELE, MAREN] });
  const chained = found.exception === "ex-57" || found.exception === "ex-56";
  const successor = EXCEPTIONS.find((one) => one.exception === "ex-57");
  const no = { allowed: false, reason: { because: "register" as const, refusal: "exception_over" }, eligible: [] };
  const may = reads ? auditor : over || asked ? no : yes;
  return {
    row: found,
    justification: "The partner can only change the shared secret in its January window; rotating ours alone breaks the nightly transfer.", controls: "Source addresses are pinned on both sides, and every transfer is matched against the manifest the next morning.",
    requester: DELE, requestedAt: found.since, acceptance: asked ? { by: null, words: WORDS, at: null, entry: null } : { by: MAREN, words: WORDS, at: found.since, entry: 18120 },
    keys: asked ? [] : [{ key: keyRef("dek-5", scopeWords(found.terms)), keyType: "api_secret", stateThen: "active", stateNow: over ? "destroyed" : "active", versionThen: 3, rotateByThen: daysAgo(90) }], keysTotal: asked ? 0 : 1,
    chain: chained ? EXCEPTIONS.filter((one) => one.exception === "ex-57" || one.exception === "ex-56").map(link).reverse() : [],
    ended: !over || !successor ? null : { how: found.state, by: found.state === "renewed" ? [] : [ILSE], at: found.until, words: found.state === "closed" ? "Rotated on 3 Oct 2026 under RN-0251; the old value is refused." : found.state === "revoked" ? "The partner's key was published." : "", entry: 17001, renewedBy: found.state === "renewed" ? link(successor) : null },
    entry: asked ? null : 18121,
    acts: { renew: may, close: may, revoke: found.state === "expired" && !reads ? { allowed: false, reason: { because: "register", refusal: "exception_expired" }, eligible: [] } : may },
  };
}

export function exceptionForm(request: ExceptionFormRequest, reads: boolean): ExceptionFormView {
  return { now: micros(NOW), clauses: CLAUSES, acceptors: [ILSE], words: WORDS, renews: request.renews === null ? null : exceptionDetail(request.renews), ask: reads ? auditor : yes };
}

export function gate(environment: GateView["environment"], empty: boolean): GateView {
  const [expired, expiring] = EXCEPTIONS;
  const finding = (of: Partial<GateView["findings"][number]>): GateView["findings"][number] => ({ level: "warn", kind: "exception", id: "", title: "", owner: "", about: "", isDue: false, due: daysAgo(0), days: 0, clears: "", exception: null, ...of });
  const findings = empty || !expired || !expiring ? [] : [
    finding({ level: "block", id: expired.label, title: expired.title, owner: expired.owner, about: "A §7", isDue: true, due: expired.until, days: 2, clears: "countersign exception renew EX-0057", exception: expired.exception }),
    finding({ kind: "rotation_overdue", id: "kek-tenant-a", title: "Rotation overdue: rotate the key", owner: "Platform Security", isDue: true, due: daysAgo(5), days: 5, clears: "countersign request rotate-kek kek-1" }),
    finding({ level: "notice", id: expiring.label, title: expiring.title, owner: expiring.owner, about: "B §12", due: expiring.until, days: 6, clears: "countersign sign R-418", exception: expiring.exception }),
  ];
  return { environment, blocked: !empty, at: micros(NOW), findings, blocks: empty ? 0 : 1, warnings: empty ? 0 : 1, more: 0 };
}

export function sharedKeys(empty: boolean, reads: boolean): SharedKeysView {
  const entry = (at: number, name: string, state: SharedKeyRowView["state"], more: Partial<SharedKeyRowView> = {}): SharedKeyRowView => ({
    entry: `sk-${at}` as never, key: keyRef(`kek-${at}`, name), keyType: "kek", tenants: ["Alder & Finch", "Brightwater"], tenantsTotal: 31, state, decisionRecord: "ADR-031, one KEK for small tenants", acceptedBy: MAREN, reviewBy: inDays(210), daysLeft: 210,
    slots: [signed(TOMASZ, true), { ...signed(MAREN, false), role: "risk_acceptance" } as never], request: { request: "rq-9" as never, label: "R-377" }, justification: "Small tenants share one KEK; each integration has a DEK of its own.", controls: "DEKs and tokens are bound to tenant and integration.", grantedEntry: 17440, ...more,
  });
  const rows = empty ? [] : [
    entry(9, "tls-apps-wildcard", "missing", { entry: null, keyType: "tls_certificate", decisionRecord: "", acceptedBy: null, reviewBy: null, daysLeft: null, slots: [], request: null, grantedEntry: null, tenants: ["Alder & Finch", "Calder Mining", "Kestrel Air"], tenantsTotal: 3, justification: "", controls: "" }),
    entry(3, "api-gateway-mtls", "review_due", { keyType: "api_signing_key", reviewBy: inDays(12), daysLeft: 12, decisionRecord: "ADR-024, shared gateway", tenantsTotal: 12 }),
    entry(2, "kek-tenant-b", "requested", { slots: [signed(TOMASZ, true), { slot: "mine", role: "risk_acceptance" }], acceptedBy: null, grantedEntry: null }),
    entry(1, "kek-tenant-a", "entered"),
  ];
  return { rows, now: micros(NOW), acceptors: [ILSE], words: "I accept the risk of this key serving several tenants until its review date.", termDaysMax: 365, ask: reads ? auditor : yes, withdraw: reads ? auditor : yes };
}

export function registerReview(empty: boolean, reads: boolean): RegisterReviewView {
  return {
    at: micros(NOW), last: empty ? null : { by: ILSE, at: daysAgo(16), open: 5, note: "EX-0057 will not make its date; its owner was told.", entry: 18001 }, everyDays: 14, dueAt: empty ? null : daysAgo(2),
    standing: empty ? { open: 0, active: 0, expiring: 0, expired: 0, requested: 0 } : { open: 6, active: 3, expiring: 1, expired: 1, requested: 1 }, digest: digest("register"), signOff: reads ? { ...auditor, eligible: [MAREN, HANNAH].slice(0, 1) } : yes,
  };
}

/** The sign window over the whole register. */
export function signRegister(): SignContextView {
  return { what: "register", statement: { custody: CUSTODY, review: registerReview(false, false), signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest("register") } };
}
