// Entries, as ../formats/ledger-entry.md has them, and who may sign them: learned from the ledger itself, from the founding entry on.
import { createPublicKey, verify as verifySignature } from "node:crypto";

import { map, ofLength, sequence, sha256, text, uuid } from "./canonical.mjs";

const SESSION_MICROS_MAX = 12n * 60n * 60n * 1_000_000n;
const DEVICE_KEY_VERBS = ["custody.founded", "session.opened", "request.submitted", "request.sealed", "request.rejected"];

export function readEntry(bytes) {
  const fields = sequence(bytes, 12);
  if (text(fields[0]) !== "countersign/ledger-entry/v1") throw new Error("it is of another kind");
  const actorKind = text(fields[5]);
  if (!["operator", "agent", "service"].includes(actorKind)) throw new Error("its actor is of no known kind");
  const words = [7, 8, 9, 10].map((place) => text(fields[place]));
  return {
    custody: uuid(fields[1]),
    environment: text(fields[2]),
    id: uuid(fields[3]),
    time: ofLength(fields[4], 8).readBigInt64BE(),
    actor: uuid(fields[6]),
    verb: words[0],
    subject: words[2],
    attributes: map(fields[11]),
  };
}

export function readSignatures(bytes) {
  const fields = sequence(bytes);
  const pairs = fields.length / 2;
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > 8) throw new Error("it is no block of signatures");
  const block = Array.from({ length: pairs }, (_, at) => ({
    key: ofLength(fields[2 * at], 32).toString("hex"),
    signature: ofLength(fields[2 * at + 1], 64),
  }));
  if (new Set(block.map(({ key }) => key)).size !== pairs) throw new Error("one key signs it twice");
  return block;
}

function publicKey(raw) {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
}

/** The people of the ledger and their keys, learned from its entries. */
export class People {
  #persons = new Map();
  #keys = new Map();

  /** A device key that is trusted, of somebody who is active. */
  device(id) {
    const key = this.#keys.get(id);
    const person = key && this.#persons.get(key.holder);
    return key && !key.ended && key.expires === null && person?.active ? { ...key, person } : null;
  }

  accept(entry, bytes, block) {
    const founding = entry.verb === "custody.founded";
    if (founding !== (this.#persons.size === 0)) throw new Error("a ledger begins with one founding entry, and has no other");
    if (founding) {
      this.#found(entry);
      if (block.length !== 2 || !block.every(({ key }) => this.#keys.has(key))) throw new Error("not both founders signed");
    } else if (block.length !== 1) {
      throw new Error("it carries more than one signature");
    }
    for (const { key, signature } of block) {
      const known = this.#entitled(key, entry, founding);
      if (!verifySignature(null, bytes, known.object, signature)) throw new Error("its signature does not verify");
    }
    this.#learn(entry);
  }

  #entitled(id, entry, founding) {
    const key = this.#keys.get(id);
    if (!key) throw new Error("the key that signed it was never certified");
    if (key.holder !== entry.actor && !founding) throw new Error("another person's key signed it");
    if (key.ended || (key.expires !== null && entry.time >= key.expires)) throw new Error("the key had ended when it signed");
    if (key.expires !== null && DEVICE_KEY_VERBS.includes(entry.verb)) throw new Error("a session key signed what needs a device key");
    if (!this.#persons.get(key.holder)?.active) throw new Error("who signed it was not active any more");
    return key;
  }

  #found(entry) {
    const founders = ["a", "b"].map((prefix) => {
      const value = (name) => attribute(entry, `${prefix}.${name}`);
      const [holder, raw] = [id(value("operator")), key(value("public_key"))];
      return { holder, raw, person: { person: value("person"), name: value("name"), roles: value("roles"), active: true } };
    });
    const [first, second] = founders;
    const same = first.person.person.toLowerCase() === second.person.person.toLowerCase();
    if (first.holder === second.holder || same || first.raw.equals(second.raw)) throw new Error("one person founded it alone");
    for (const { holder, raw, person } of founders) {
      this.#persons.set(holder, person);
      this.#certify(raw, holder, null);
    }
  }

  #learn(entry) {
    if (entry.verb === "session.opened") {
      const raw = key(attribute(entry, "public_key"));
      const until = attribute(entry, "expires_at");
      if (!/^[+-]?[0-9]+$/.test(until)) throw new Error("its session has no end");
      const longest = entry.time + SESSION_MICROS_MAX;
      this.#certify(raw, entry.actor, BigInt(until) < longest ? BigInt(until) : longest);
    } else if (entry.verb === "session.closed") {
      const session = this.#keys.get(entry.subject.toLowerCase());
      if (session?.holder === entry.actor && session.expires !== null) session.ended = true;
    } else if (entry.verb === "operator.suspended") {
      const person = this.#persons.get(entry.subject.toLowerCase());
      if (person) person.active = false;
    }
  }

  /** A key that is known keeps its holder. */
  #certify(raw, holder, expires) {
    const keyId = sha256(raw).toString("hex");
    if (!this.#keys.has(keyId)) this.#keys.set(keyId, { raw, object: publicKey(raw), holder, expires, ended: false });
  }
}

function attribute(entry, name) {
  const value = entry.attributes.get(name);
  if (value === undefined) throw new Error(`it has no attribute ${name}`);
  return value;
}

function id(value) {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) throw new Error("it names a person by no id");
  return value.toLowerCase();
}

export function key(value) {
  if (!/^[0-9a-f]{64}$/i.test(value)) throw new Error("it names a key that is none");
  return Buffer.from(value, "hex");
}
