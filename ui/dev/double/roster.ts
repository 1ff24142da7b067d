import type { ActorKind, CardView, DeviceView, JoiningView, LostView, PeopleView, PersonDetailView, PersonRowView, PersonStatus, PersonView, ProofState, ProofView, QuorumHealthView, Role, SignDutyView } from "../../src/host";
import { OPERATION } from "../../src/kit";
import { CUSTODY, daysAgo, digest, HANNAH, ILSE, inDays, MAREN, micros, NOW, person, TOMASZ } from "./people";

const JONAS = person("op-5", "Jonas Reiter", "JR", ["engineering"]);
const PRIYA = person("op-6", "Priya Raman", "PR", []);
const RUNNER = person("op-7", "countersign-agent-weu", "CA", []);
const TRIAGE = person("op-8", "Triage assistant", "TA", ["auditor"]);

const yes = { allowed: true, reason: null, eligible: [] };
const readsOnly = { allowed: false, reason: { because: "role_missing" as const, needs: ["security", "devops", "engineering"] as Role[] }, eligible: [MAREN, TOMASZ, ILSE] };

function proof(state: ProofState, ago: number | null, due: number | null): ProofView {
  return { state, at: ago === null ? null : daysAgo(ago), dueAt: due === null ? null : inDays(due), entry: ago === null ? null : Math.round(18400 - ago * 12) };
}

const NOT_OWED = proof("none", null, null);

const LOST: LostView = { device: digest("tw-thinkpad"), name: "tw-thinkpad", lostAt: micros(NOW - 9_000_000), reportedAt: micros(NOW - 7_700_000), reportedBy: ILSE, dueAt: micros(NOW - 9_000_000 + 4 * 3_600_000), entry: 18455, wiped: null };

function row(who: PersonView, more: Partial<PersonRowView> & { kind?: ActorKind; status?: PersonStatus } = {}): PersonRowView {
  return {
    person: who, kind: "operator", status: "active", identity: `${who.name.toLowerCase().replace(" ", ".")}@tidewell.example`, login: `cs_${who.name.toLowerCase().replace(" ", "")}_4f`, devices: 1, cooling: [],
    rehearsal: proof("in_time", 21, 69), acknowledgement: proof("in_time", 200, 165), lost: null, ...more,
  };
}

export const ROSTER: PersonRowView[] = [
  row(MAREN, { rehearsal: proof("due", 82, 8), acknowledgement: proof("overdue", 371, -6) }),
  row(TOMASZ, { devices: 1, lost: LOST }),
  row(ILSE, { devices: 2, cooling: ["risk_acceptance"] }),
  row(HANNAH, { rehearsal: NOT_OWED, acknowledgement: NOT_OWED }),
  row(JONAS, { rehearsal: proof("overdue", 104, -14), acknowledgement: proof("never", null, 3) }),
  row(PRIYA, { status: "suspended", devices: 0, rehearsal: NOT_OWED, acknowledgement: NOT_OWED }),
  row(RUNNER, { kind: "agent", identity: "9c1f…@agents.tidewell.example", rehearsal: NOT_OWED, acknowledgement: NOT_OWED }),
  row(TRIAGE, { kind: "ai", identity: "triage@ai.tidewell.example", devices: 0, rehearsal: NOT_OWED, acknowledgement: NOT_OWED }),
];

const UNMET: Partial<Record<QuorumHealthView["operation"], QuorumHealthView["why"]>> = { recover_kek: "not_proven", share_key: "too_few" };

function health(): QuorumHealthView[] {
  return (Object.keys(OPERATION) as QuorumHealthView["operation"][]).map((operation) => {
    const why = UNMET[operation] ?? null;
    return { operation, met: why === null, why, mayAsk: why === "too_few" ? [MAREN, TOMASZ] : [MAREN, TOMASZ, ILSE], mayCountersign: why === "too_few" ? [] : [MAREN, ILSE] };
  });
}

export function people(empty: boolean, auditor: boolean): PeopleView {
  return { people: empty ? [] : ROSTER, quorums: empty ? [] : health(), enrol: auditor ? readsOnly : yes, coolDownHours: 24, rehearsalDays: 90, acknowledgementDays: 365, lostDeviceHours: 4 };
}

function device(name: string, status: DeviceView["status"], ago: number, lost: LostView | null = null): DeviceView {
  return { device: digest(name), name, status, enrolledAt: daysAgo(ago), endedAt: status === "trusted" ? null : micros(NOW - 7_700_000), lost, revoke: status === "trusted" ? yes : { allowed: false, reason: { because: "register", refusal: "device_revoked" }, eligible: [] } };
}

export const DUTY_WORDS = [
  "I am a custodian of cryptographic keys. I keep my device key and its passphrase to myself and lend them to nobody.",
  "I sign only what I have read and understood, and I refuse what I do not understand.",
  "I do not countersign what I asked for myself, nor under pressure; I report whoever asks me to.",
  "I report a lost device within four hours, and a suspicion at once.",
  "I act when a signature of mine is needed, or say in time that I cannot.",
];

export function personDetail(id: string, auditor: boolean): PersonDetailView {
  const found = ROSTER.find((one) => one.person.operator === id) ?? ROSTER[0];
  if (!found) throw new Error("nobody");
  const own = found.person.operator === (auditor ? HANNAH : MAREN).operator;
  const may = auditor ? readsOnly : yes;
  const only = (status: PersonStatus) => (found.status === status ? may : { allowed: false, reason: { because: "register" as const, refusal: "operator_inactive" }, eligible: [] });
  const initials = found.person.initials.toLowerCase();
  return {
    row: found, enrolledAt: daysAgo(290), enrolledEntry: found.person === MAREN || found.person === TOMASZ ? 1 : 412,
    roles: [
      ...found.person.roles.map((role) => ({ role, countsFrom: daysAgo(289), counts: true, withdraw: may })),
      ...found.cooling.map((role) => ({ role, countsFrom: inDays(0.6), counts: false, withdraw: may })),
    ],
    devices: [...(found.devices > 1 ? [device(`${initials}-yubi-laptop`, "trusted", 40)] : []), ...(found.devices > 0 ? [device(`${initials}-framework-13`, "trusted", 290)] : []), ...(found.lost ? [device("tw-thinkpad", "lost", 260, found.lost)] : [])],
    neededFor: found.person === TOMASZ ? [{ operation: "destroy_kek", with: [MAREN, ILSE] }, { operation: "recover_kek", with: [MAREN] }] : [],
    openSeals: found.person === TOMASZ ? [{ request: { request: "rq-1" as never, label: "RQ-0418" }, operation: "rotate_kek", subject: "kek-tenant-a", targets: 1, requester: true }, { request: { request: "rq-20" as never, label: "RQ-0421" }, operation: "offboard_tenant", subject: "Pellworth Law", targets: 1, requester: true }] : [],
    requests: found.cooling.length > 0 ? [{ request: "rq-3" as never, label: "RQ-0415" }] : [],
    history: [
      ...(found.lost ? [{ entry: 18455, verb: "device.reported_lost", at: found.lost.reportedAt, by: ILSE, about: "tw-thinkpad", reason: "Left in the 07:12 to Rotterdam", request: null }] : []),
      ...(found.status === "suspended" ? [{ entry: 18101, verb: "operator.suspended", at: daysAgo(20), by: TOMASZ, about: "", reason: "Signed in from two countries within an hour", request: null }] : []),
      { entry: 412, verb: "request.applied", at: daysAgo(290), by: MAREN, about: `Enrol operator ${found.person.name}`, reason: "", request: { request: "rq-7" as never, label: "RQ-0301" } },
    ],
    own: own ? { words: DUTY_WORDS, version: "1", sign: auditor ? { allowed: false, reason: { because: "auditor_never_signs" }, eligible: [] } : yes } : null,
    acts: { suspend: only("active"), leave: may, grant: only("active"), reinstate: only("suspended"), enrolDevice: only("active") },
  };
}

/** By what was pasted: "stranger", "forged", "maren"; anything else is a good card. */
export function card(text: string): CardView {
  const known = text.includes("maren");
  return {
    kind: "operator", name: known ? MAREN.name : "Lena Kovač", identity: known ? "maren.oduya@tidewell.example" : "lena.kovac@tidewell.example", login: known ? "cs_marenoduya_4f" : "cs_lenakovac_7a", deviceName: "lk-framework-16", deviceKey: digest("lk-framework-16"),
    proven: !text.includes("forged"), thisCustody: !text.includes("stranger"), known: known ? MAREN : null, deviceKnown: false,
  };
}

export const JOINING: JoiningView = {
  name: "Lena Kovač", deviceKey: digest("lk-framework-16"), deviceName: "lk-framework-16", fileName: "lena-kovac.card",
  card: `countersign enrolment card 1\nfounding ${digest("founding")}\nkind operator\nperson lena.kovac@tidewell.example\nname Lena Kovač\nlogin cs_lenakovac_7a\ndevice lk-framework-16\nkey ${digest("lk-framework-16")}\nproof ${digest("proof")}${digest("proof2")}`,
};

export function duty(kind: string): SignDutyView {
  const acknowledge = kind === "acknowledge";
  return { custody: CUSTODY, duty: acknowledge ? "acknowledge" : "rehearse", words: acknowledge ? DUTY_WORDS : ["I can sign today with this device key. This rehearses a signature and approves nothing."], version: acknowledge ? "1" : "", signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest(kind), last: daysAgo(82) };
}

