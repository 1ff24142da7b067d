// Who may sign entries: learned from the ledger itself, from the founding entry on, as ../formats/acts.md has it.
import { createPublicKey, verify as verifySignature } from "node:crypto";

import { sha256 } from "./canonical.mjs";
import { cardOf, coolDownOf, readApplied, rolesOf } from "./enrolment.mjs";
import { attribute, id, key } from "./entries.mjs";

const SESSION_MICROS_MAX = 12n * 60n * 60n * 1_000_000n;
/** What clocks may differ by. */
const SKEW_MICROS = 60n * 1_000_000n;
const ALWAYS = -(2n ** 63n);
const DEVICE_KEY_VERBS = [
  "custody.founded",
  "session.opened",
  "request.submitted",
  "request.sealed",
  "request.rejected",
  "review.signed_off",
  "rehearsal.signed",
  "duties.acknowledged",
  "checkpoint.signed",
  "checkpoint.cosigned",
  "exceptions.reviewed",
  "review.signed",
  "review.cosigned",
  "policy.reviewed",
  "system.audited",
];

const later = (one, other) => (one > other ? one : other);

function publicKey(raw) {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
}

/** The people of the ledger and their keys. */
export class People {
  #persons = new Map();
  #keys = new Map();
  #requests = new Map();
  #newest = ALWAYS;
  #founding = null;

  /** A device key that is trusted, of somebody who is active. */
  device(keyId) {
    const found = this.#keys.get(keyId);
    const person = found && this.#persons.get(found.holder);
    return found && found.endedAt === null && found.expires === null && person?.active ? { ...found, person } : null;
  }

  /** Checks that `block` vouches for an entry, and learns what the entry says; `hash` is its chain hash. */
  accept(entry, bytes, block, hash) {
    const founding = entry.verb === "custody.founded";
    if (founding !== (this.#persons.size === 0)) throw new Error("a ledger begins with one founding entry, and has no other");
    if (founding) {
      this.#founding = hash;
      this.#found(entry);
      if (block.length !== 2 || !block.every((line) => this.#keys.has(line.key))) throw new Error("not both founders signed");
    } else if (block.length !== 1) {
      throw new Error("it carries more than one signature");
    }
    for (const line of block) {
      const known = this.#entitled(line.key, entry, founding);
      if (!verifySignature(null, bytes, known.object, line.signature)) throw new Error("its signature does not verify");
    }
    this.#learn(entry, block);
    this.#newest = later(this.#newest, entry.time);
  }

  #entitled(keyId, entry, founding) {
    const known = this.#keys.get(keyId);
    if (!known) throw new Error("the key that signed it was never certified");
    if (known.holder !== entry.actor && !founding) throw new Error("another person's key signed it");
    if (known.endedAt !== null || (known.expires !== null && entry.time >= known.expires)) throw new Error("the key had ended when it signed");
    if (known.expires !== null && DEVICE_KEY_VERBS.includes(entry.verb)) throw new Error("a session key signed what needs a device key");
    if (!this.#persons.get(known.holder)?.active) throw new Error("who signed it was not active any more");
    return known;
  }

  #found(entry) {
    const founders = ["a", "b"].map((prefix) => {
      const value = (name) => attribute(entry, `${prefix}.${name}`);
      const [holder, roles] = [id(value("operator")), value("roles").split(",")];
      const person = { id: holder, person: value("person"), name: value("name"), kind: "operator", active: true };
      person.login = entry.attributes.get(`${prefix}.login`) ?? "";
      if (roles.includes("security")) roles.push("risk_acceptance");
      person.roles = roles.map((role) => ({ role, effectiveAt: ALWAYS, endedAt: null }));
      return { raw: key(value("public_key")), person };
    });
    const [first, second] = founders;
    const same = first.person.person.toLowerCase() === second.person.person.toLowerCase();
    if (first.person.id === second.person.id || same || first.raw.equals(second.raw)) throw new Error("one person founded it alone");
    for (const { raw, person } of founders) {
      this.#persons.set(person.id, person);
      this.#certify(raw, person.id, null);
    }
  }

  #learn(entry, block) {
    switch (entry.verb) {
      case "session.opened":
        return this.#openSession(entry);
      case "session.closed":
        return this.#closeSession(entry);
      case "operator.suspended":
      case "operator.left":
        return this.#endAccess(entry);
      case "role.withdrawn":
        return this.#withdraw(entry);
      case "device.revoked":
      case "device.reported_lost":
        return this.#endDevice(entry);
      case "request.submitted":
      case "request.sealed":
      case "request.rejected":
      case "request.withdrawn":
      case "request.lapsed":
        return this.#ask(entry, block[0].key);
      case "request.applied":
        return this.#apply(entry);
    }
  }

  #openSession(entry) {
    const raw = key(attribute(entry, "public_key"));
    const until = attribute(entry, "expires_at");
    if (!/^[+-]?[0-9]+$/.test(until)) throw new Error("its session has no end");
    const longest = entry.time + SESSION_MICROS_MAX;
    this.#certify(raw, entry.actor, BigInt(until) < longest ? BigInt(until) : longest);
  }

  #closeSession(entry) {
    const session = this.#keys.get(entry.subject.toLowerCase());
    if (session?.holder === entry.actor && session.expires !== null) session.endedAt ??= entry.time;
  }

  /** A key that is known keeps its holder. */
  #certify(raw, holder, expires) {
    const keyId = sha256(raw).toString("hex");
    if (!this.#keys.has(keyId)) this.#keys.set(keyId, { keyId, raw, object: publicKey(raw), holder, expires, endedAt: null });
  }

  // Ending what somebody may do.

  #endAccess(entry) {
    const person = this.#persons.get(entry.subject.toLowerCase());
    if (!person) return;
    person.active = false;
    this.#endRoles(person, () => true, entry.time);
    this.#endKeys(({ holder }) => holder === person.id, entry.time);
  }

  #withdraw(entry) {
    const person = this.#persons.get(entry.subject.toLowerCase());
    if (!person) return;
    const gone = (entry.attributes.get("roles") ?? "").split(",");
    this.#endRoles(person, ({ role }) => gone.includes(role), entry.time);
    const hasRoles = person.roles.some(({ endedAt }) => endedAt === null);
    this.#endKeys(({ holder, expires }) => holder === person.id && (expires !== null || !hasRoles), entry.time);
  }

  #endDevice(entry) {
    const device = this.#keys.get(entry.subject.toLowerCase());
    if (!device) return;
    this.#endKeys(({ holder, expires, keyId }) => holder === device.holder && (expires !== null || keyId === device.keyId), entry.time);
  }

  #endRoles(person, which, time) {
    for (const held of person.roles) if (held.endedAt === null && which(held)) held.endedAt = time;
  }

  #endKeys(which, time) {
    for (const found of this.#keys.values()) if (which(found)) found.endedAt ??= time;
  }

  // What two people sign for.

  #ask(entry, keyId) {
    const request = entry.subject.toLowerCase();
    const seal = { operator: entry.actor, key: keyId, role: entry.attributes.get("role") ?? "" };
    const plan = entry.attributes.get("plan_hash") ?? "";
    const open = this.#requests.get(request);
    if (entry.verb === "request.submitted") {
      if (!open) this.#requests.set(request, { plan, seals: [seal] });
    } else if (entry.verb === "request.sealed") {
      if (open?.plan === plan) open.seals.push(seal);
    } else {
      this.#requests.delete(request);
    }
  }

  #apply(entry) {
    const plan = readApplied(entry);
    if (entry.subject !== plan.request || plan.custody !== entry.custody) throw new Error("its plan belongs to another request or custody");
    const asked = this.#requests.get(plan.request);
    this.#requests.delete(plan.request);
    if (asked?.plan !== plan.hash) throw new Error("nobody asked for this plan");
    const now = later(entry.time, this.#newest) + SKEW_MICROS;
    const signers = asked.seals.map((seal) => this.#signer(seal, now)).filter((person) => person !== null);
    const people = new Set(signers.map(({ person }) => person.toLowerCase()));
    if (people.size < 2 || asked.seals[0].operator !== plan.requester) throw new Error("fewer than two people who could sign it did");
    if (plan.isAboutPeople) this.#applyToPeople(entry, plan, asked.seals);
  }

  /** Who gave a seal, if they may sign in its role now. */
  #signer(seal, now) {
    const device = this.device(seal.key);
    const may = device && device.person.id === seal.operator && device.person.kind === "operator";
    const holds = ({ role, effectiveAt, endedAt }) => role === seal.role && endedAt === null && effectiveAt <= now;
    return may && device.person.roles.some(holds) ? device.person : null;
  }

  #applyToPeople(entry, plan, seals) {
    const roles = seals.map(({ role }) => role);
    if (!roles.every((role) => ["security", "devops"].includes(role)) || !roles.includes("security")) {
      throw new Error("somebody signed in a role in which people are not enrolled");
    }
    const card = cardOf(plan);
    if (card) this.#checkCard(card);
    if (plan.operation === "enrol_operator") this.#join(plan, card);
    const person = this.#persons.get(plan.target);
    if (!person) throw new Error("it is about nobody");
    const same = (name) => card[name] === person[name];
    if (card && !["person", "name", "login", "kind"].every(same)) throw new Error("its enrolment card names somebody else");
    if (plan.operation === "reinstate_operator") person.active = true;
    const effectiveAt = later(entry.time, this.#newest - 2n * SKEW_MICROS) + coolDownOf(plan);
    person.roles.push(...rolesOf(plan).map((role) => ({ role, effectiveAt, endedAt: null })));
    if (card) this.#certify(card.raw, plan.target, null);
  }

  #checkCard(card) {
    const known = this.#keys.has(sha256(card.raw).toString("hex"));
    const holds = this.#founding?.equals(card.founding) && verifySignature(null, card.statement, publicKey(card.raw), card.proof);
    if (known || !holds) throw new Error("the enrolment card's proof does not verify");
  }

  #join(plan, card) {
    const value = (name) => {
      const found = plan.parameters.get(name);
      if (found === undefined) throw new Error(`its plan has no ${name}`);
      return found;
    };
    const person = { id: plan.target, person: value("person"), name: value("name"), login: value("login"), kind: value("kind") };
    const same = (known) => known.person.toLowerCase() === person.person.toLowerCase();
    if (this.#persons.has(plan.target) || [...this.#persons.values()].some(same)) throw new Error("the person is enrolled already");
    if (["operator", "agent"].includes(person.kind) !== (card !== null)) throw new Error("it enrols a person without a card, or a service with one");
    this.#persons.set(person.id, { ...person, roles: [], active: true });
  }
}
