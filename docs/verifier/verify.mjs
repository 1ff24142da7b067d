#!/usr/bin/env node
// Verifies bundles and evidence packs of a Countersign ledger with nothing but the file and Node.js 20 or later: no package, no
// network, and no line of code shared with Countersign. Formats: ../formats/bundle.md, checkpoint.md, ledger-entry.md, canonical.md.
//
//   node verify.mjs [--founding HEX] [--checkpoint FILE] [--reviewers COUNT] [--json] BUNDLE...
//
// Exit code 0: every bundle holds. 1: one does not. 2: it could not be read, or the command was wrong.
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parseArgs } from "node:util";

const FIELD_BYTES_MAX = 16 * 1024 * 1024;
const NOTE_BYTES_MAX = 128 * 1024;
const CHECKPOINTS_MAX = 16;
const SIGNATURES_MAX = 64;
const PATH_MAX = 65;
const SESSION_MICROS_MAX = 12n * 60n * 60n * 1_000_000n;
const DEVICE_KEY_VERBS = ["custody.founded", "session.opened", "request.submitted", "request.sealed", "request.rejected"];
const ASK_AGAIN = "Compare the file's size and SHA-256 with the sender's and ask for it again; if they are the same, treat it as tampering.";
const DO_NOT_RELY = "Do not rely on this entry or any after it: ask for a bundle from another console, and report both to the reviewers.";
const COMPARE = "Do not rely on this ledger: compare it with the checkpoint that each reviewer kept, and report what differs.";

/** What is wrong, at which entry, and what to do. */
class Fault extends Error {
  constructor(number, message, remedy = DO_NOT_RELY) {
    super(message);
    this.number = number;
    this.remedy = remedy;
  }
}

// Bytes ---------------------------------------------------------------------------------------------------------------

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes) {
  return utf8.decode(bytes);
}

/** The fields of a canonical sequence; throws where the bytes are none, or their number is another one. */
function sequence(bytes, count) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 4) throw new Error("it breaks off");
    const length = bytes.readUInt32BE(at);
    const end = at + 4 + length;
    if (length > FIELD_BYTES_MAX || end > bytes.length) throw new Error("it breaks off");
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (count !== undefined && fields.length !== count) throw new Error(`${count} fields were expected, not ${fields.length}`);
  return fields;
}

function ofLength(bytes, length) {
  if (bytes.length !== length) throw new Error(`${length} bytes were expected, not ${bytes.length}`);
  return bytes;
}

function count(bytes) {
  const value = ofLength(bytes, 8).readBigUInt64BE();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error("a number is too large");
  return Number(value);
}

function uuid(bytes) {
  const hex = ofLength(bytes, 16).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function map(bytes) {
  const fields = sequence(bytes);
  if (fields.length % 2) throw new Error("a map has a name without a value");
  const values = new Map();
  for (let at = 0; at < fields.length; at += 2) {
    if (at && Buffer.compare(fields[at - 2], fields[at]) >= 0) throw new Error("the names of a map do not ascend");
    values.set(text(fields[at]), text(fields[at + 1]));
  }
  return values;
}

function path(bytes) {
  if (bytes.length % 32 || bytes.length > 32 * PATH_MAX) throw new Error("a path is no row of hashes");
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
}

/** Base64 in its one form. */
function base64(encoded) {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) throw new Error("malformed base64");
  return bytes;
}

function decimal(digits) {
  const number = Number(digits);
  if (!/^(0|[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(number)) throw new Error("malformed number");
  return number;
}

/** A file, field by field: no more than one of them is in memory. Hashes what lies before the field last read. */
class Fields {
  #file;
  #hash = createHash("sha256");
  #last = Buffer.alloc(0);
  #chunk = Buffer.alloc(64 * 1024);
  #waiting = Buffer.alloc(0);

  constructor(file) {
    this.#file = openSync(file, "r");
  }

  close() {
    closeSync(this.#file);
  }

  /** The next field, or null at the end of the file; throws where the file breaks off within. */
  next() {
    this.#hash.update(this.#last);
    const prefix = this.#take(4);
    this.#last = prefix;
    if (prefix.length === 0) return null;
    const length = prefix.length === 4 ? prefix.readUInt32BE() : Infinity;
    if (length > FIELD_BYTES_MAX) throw new Error("it breaks off");
    const value = this.#take(length);
    this.#last = Buffer.concat([prefix, value]);
    if (value.length < length) throw new Error("it breaks off");
    return value;
  }

  digestBefore() {
    return this.#hash.copy().digest();
  }

  #take(length) {
    const parts = [];
    for (let missing = length; missing > 0; ) {
      if (this.#waiting.length === 0) {
        const read = readSync(this.#file, this.#chunk, 0, this.#chunk.length, null);
        if (read === 0) break;
        this.#waiting = Buffer.from(this.#chunk.subarray(0, read));
      }
      const part = this.#waiting.subarray(0, missing);
      this.#waiting = this.#waiting.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }
}

// The tree: RFC 6962, RFC 9162 sections 2.1.3.2 and 2.1.4.2 -----------------------------------------------------------

const leafOf = (chain) => sha256(Buffer.from([0]), chain);
const nodeOf = (left, right) => sha256(Buffer.from([1]), left, right);
const half = (number) => Math.floor(number / 2);
const odd = (number) => number % 2 === 1;

/** Roots of the full subtrees, the largest first, each with its size. */
class Tree {
  size = 0;
  #peaks = [];

  push(leaf) {
    let peak = { size: 1, hash: leaf };
    while (this.#peaks.at(-1)?.size === peak.size) {
      const left = this.#peaks.pop();
      peak = { size: 2 * peak.size, hash: nodeOf(left.hash, peak.hash) };
    }
    this.#peaks.push(peak);
    this.size += 1;
  }

  root() {
    return this.#peaks.map(({ hash }) => hash).reduceRight((right, left) => nodeOf(left, right));
  }
}

/** Goes up from a node and calls `left` or `right` for each hash of the path; whether it ended at the root. */
function climb(index, last, hashes, left, right) {
  for (const hash of hashes) {
    if (last === 0) return false;
    if (odd(index) || index === last) {
      left(hash);
      while (!odd(index) && index !== 0) [index, last] = [half(index), half(last)];
    } else {
      right(hash);
    }
    [index, last] = [half(index), half(last)];
  }
  return last === 0;
}

function includes(root, size, index, leaf, hashes) {
  if (index >= size) return false;
  let hash = leaf;
  const ended = climb(index, size - 1, hashes, (other) => (hash = nodeOf(other, hash)), (other) => (hash = nodeOf(hash, other)));
  return ended && hash.equals(root);
}

function grows(older, newer, hashes) {
  if (older.size === newer.size) return hashes.length === 0 && older.root.equals(newer.root);
  if (older.size > newer.size) return false;
  if (older.size === 0) return hashes.length === 0 && older.root.equals(sha256());
  let [index, last] = [older.size - 1, newer.size - 1];
  while (odd(index)) [index, last] = [half(index), half(last)];
  const power = index === 0;
  if (!power && hashes.length === 0) return false;
  let [old, grown] = power ? [older.root, older.root] : [hashes[0], hashes[0]];
  const rest = power ? hashes : hashes.slice(1);
  const left = (hash) => ([old, grown] = [nodeOf(hash, old), nodeOf(hash, grown)]);
  const ended = climb(index, last, rest, left, (hash) => (grown = nodeOf(grown, hash)));
  return ended && old.equals(older.root) && grown.equals(newer.root);
}

// Entries, and who may sign them --------------------------------------------------------------------------------------

function readEntry(bytes) {
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

function readSignatures(bytes) {
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
class People {
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

function key(value) {
  if (!/^[0-9a-f]{64}$/i.test(value)) throw new Error("it names a key that is none");
  return Buffer.from(value, "hex");
}

// Checkpoints: c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature ---------------------------------------------

const isName = (name) => name !== "" && !/[\s+\u0085\p{Cc}]/u.test(name);

function readCheckpoint(bytes) {
  if (bytes.length > NOTE_BYTES_MAX) throw new Error("it is too long");
  const whole = text(bytes);
  if (/[\0-\x09\x0b-\x1f]/.test(whole)) throw new Error("it holds control characters");
  const gap = whole.lastIndexOf("\n\n");
  const body = gap < 0 ? whole : whole.slice(0, gap + 1);
  if (!whole.endsWith("\n")) throw new Error("it does not end with a line break");
  const lines = gap < 0 ? [] : whole.slice(gap + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new Error("it carries too many signatures");
  const [origin, size, root, ...more] = body.split("\n");
  if (more.length !== 1 || !isName(origin)) throw new Error("it is not origin, size and root");
  return { body, origin, size: decimal(size), root: ofLength(base64(root), 32), lines: lines.map(readSignatureLine) };
}

function readSignatureLine(line) {
  const [mark, name, encoded, ...more] = line.split(" ");
  if (mark !== "\u2014" || more.length || !isName(name ?? "") || !encoded) throw new Error("a line below it is no signature");
  const bytes = base64(encoded);
  if (bytes.length < 5) throw new Error("a line below it is no signature");
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

const noteKeyId = (name, type, raw) => sha256(Buffer.from(`${name}\n`), Buffer.from([type]), raw).subarray(0, 4);

/** Who signed the checkpoint, of the people known; throws where a known key's signature is wrong. */
function vouchers(checkpoint, people, devices) {
  const found = [];
  const wrong = (name) => new Error(`the signature of ${name} does not belong to it`);
  for (const { name, id: lineId, signature } of checkpoint.lines) {
    if (name === checkpoint.origin) {
      const candidates = [...devices].map((device) => people.device(device)).filter(Boolean);
      const known = candidates.filter(({ raw }) => noteKeyId(name, 0x01, raw).equals(lineId));
      const signer = known.find(({ object }) => signature.length === 64 && verifySignature(null, Buffer.from(checkpoint.body), object, signature));
      if (known.length && !signer) throw wrong(name);
      if (signer) found.push({ made: true, person: signer.person });
    } else if (name.startsWith(`${checkpoint.origin}/`)) {
      const device = people.device(name.slice(checkpoint.origin.length + 1));
      if (!device || !noteKeyId(name, 0x04, device.raw).equals(lineId)) continue;
      if (signature.length !== 72) throw wrong(name);
      const seconds = signature.readBigUInt64BE();
      const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${checkpoint.body}`);
      if (seconds >= 2n ** 63n || !verifySignature(null, message, device.object, signature.subarray(8))) throw wrong(name);
      found.push({ made: false, seconds: seconds.toString(), person: device.person });
    }
  }
  return found;
}

// Bundles -------------------------------------------------------------------------------------------------------------

/** Runs `act`; whatever it throws is a fault with this number. */
function within(number, about, act, remedy = DO_NOT_RELY) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(number, `${about}: ${error.message}`, remedy);
  }
}

class Bundle {
  #fields;
  #expected;
  #checkpoints = [];
  #due = [];
  #people = new People();
  #devices = new Set();
  #tree = new Tree();
  #head = Buffer.alloc(32);
  #last = 0;
  #entries = 0;
  #plans = 0;
  #planHash = null;
  #selected = false;
  #remembered = false;
  #standings = [];
  #founders = [];
  #founding = null;

  constructor(fields, expected) {
    this.#fields = fields;
    this.#expected = expected;
  }

  verify() {
    this.#begin();
    for (;;) {
      const field = this.#next();
      const [kind, ...record] = within(this.#last, `the record after entry ${this.#last} is malformed`, () => {
        const [first, ...rest] = sequence(field);
        return [text(first), ...rest];
      }, ASK_AGAIN);
      if (kind === "checkpoint" && this.#entries === 0 && this.#due.length === 0) this.#checkpoint(record);
      else if (kind === "end") return this.#end(record);
      else this.#record(kind, record);
    }
  }

  #next() {
    const after = this.#last;
    const field = within(after, `the file breaks off after entry ${after}`, () => this.#fields.next(), ASK_AGAIN);
    if (field === null) throw new Fault(after, `the file breaks off after entry ${after}`, ASK_AGAIN);
    return field;
  }

  #begin() {
    const none = "this is not a bundle of a Countersign ledger";
    const kind = within(null, none, () => this.#fields.next(), ASK_AGAIN);
    if (kind?.toString("latin1") !== "countersign/bundle/v1") throw new Fault(null, none, ASK_AGAIN);
    within(0, "the header is malformed", () => {
      const [custody, environment, madeAt, selection, value] = sequence(this.#next(), 5);
      this.custody = uuid(custody);
      this.environment = text(environment);
      ofLength(madeAt, 8);
      [this.selection, this.value] = [text(selection), text(value)];
      if (!isName(this.environment)) throw new Error("its environment is no word");
      checkSelection(this.selection, this.value);
      this.origin = `countersign/${this.custody}/${this.environment}`;
      this.whole = this.selection === "whole";
    }, ASK_AGAIN);
  }

  #checkpoint(record) {
    const [note, hashes] = within(0, "a checkpoint's record is malformed", () => {
      if (record.length !== 2) throw new Error("it has other fields");
      return [record[0], path(record[1])];
    }, ASK_AGAIN);
    const checkpoint = within(0, "a checkpoint does not hold", () => readCheckpoint(note), COMPARE);
    const { size, origin } = checkpoint;
    if (origin !== this.origin) throw new Fault(size, `the checkpoint of entry ${size} is one of ${origin}, not of ${this.origin}`, COMPARE);
    if (size <= (this.#checkpoints.at(-1)?.size ?? 0) || this.#checkpoints.length >= CHECKPOINTS_MAX) {
      throw new Fault(0, "the checkpoints do not ascend, or are too many", ASK_AGAIN);
    }
    this.#checkpoints.push({ ...checkpoint, path: hashes });
  }

  /** The first entry: now the newest checkpoint is known. */
  #open() {
    this.newest = this.#checkpoints.at(-1);
    if (!this.newest) throw new Fault(0, "the bundle has no checkpoint", ASK_AGAIN);
    const { size } = this.newest;
    for (const older of this.#checkpoints) {
      if (!grows(older, this.newest, older.path)) {
        throw new Fault(null, `the checkpoints of entries ${older.size} and ${size} contradict each other`, COMPARE);
      }
    }
    const seen = this.#expected.checkpoint;
    if (seen?.size > size) {
      throw new Fault(size + 1, `entry ${size + 1} is missing: a checkpoint of entry ${seen.size} was seen before`, COMPARE);
    }
    this.#due = [...this.#checkpoints];
  }

  #record(kind, record) {
    if (!this.newest) this.#open();
    const after = this.#last;
    if (kind === "plan") this.#plan(record);
    else if (kind === (this.whole ? "entry" : "proven")) this.#entry(record);
    else throw new Fault(after, `after entry ${after} comes a record that does not belong there`, ASK_AGAIN);
  }

  #entry(record) {
    const after = this.#last;
    const read = within(after, `the record after entry ${after} is malformed`, () => {
      if (record.length !== (this.whole ? 4 : 5)) throw new Error("it has other fields");
      const [number, bytes, signatures, hash, hashes] = record;
      return { number: count(number), bytes, signatures, hash: ofLength(hash, 32), path: this.whole ? null : path(hashes) };
    }, ASK_AGAIN);
    const { number } = read;
    const hash = this.whole ? this.#chained(read) : this.#proven(read);
    if (number === 1) {
      const pinned = this.#expected.founding;
      if (pinned && !pinned.equals(hash)) throw new Fault(1, "entry 1 is not the founding entry that was expected", COMPARE);
      this.#founding = hash.toString("hex");
    }
    this.#accept(number, read);
    [this.#head, this.#last] = [hash, number];
    this.#entries += 1;
    if (this.whole) this.#compare(number, hash);
  }

  #chained({ number, bytes, signatures, hash }) {
    const [after, { size }] = [this.#last, this.newest];
    if (after === size && number > size) throw new Fault(number, `entry ${number} was added: the newest checkpoint ends with entry ${size}`);
    if (number !== after + 1) throw new Fault(after + 1, `entry ${after + 1} is missing: after ${after} comes ${number}`);
    const computed = sha256(Buffer.from([0]), this.#head, bytes, signatures);
    if (!computed.equals(hash)) throw new Fault(number, `entry ${number} was changed: its hash does not follow`);
    return computed;
  }

  #proven({ number, bytes, signatures, hash: previous, path: hashes }) {
    const { size, root } = this.newest;
    while (this.#due.length && this.#due[0].size < number) this.#stand();
    if (number <= this.#last) throw new Fault(number, `entry ${number} comes after entry ${this.#last}: they were put in another order`);
    if (number > size) throw new Fault(number, `entry ${number} was added: the newest checkpoint ends with entry ${size}`);
    const hash = sha256(Buffer.from([0]), previous, bytes, signatures);
    if (!includes(root, size, number - 1, leafOf(hash), hashes)) {
      throw new Fault(number, `entry ${number} is not the one that stands at its place under the checkpoint of entry ${size}`);
    }
    if (number === this.#last + 1 && !previous.equals(this.#head)) throw new Fault(number, `entry ${number} does not follow from the one before it`);
    return hash;
  }

  #accept(number, { bytes, signatures }) {
    const entry = within(number, `entry ${number} cannot be read`, () => readEntry(bytes));
    if (entry.custody !== this.custody || entry.environment !== this.environment) {
      throw new Fault(number, `entry ${number} belongs to another custody`);
    }
    const block = within(number, `entry ${number} carries no readable signatures`, () => readSignatures(signatures));
    within(number, `entry ${number} is not vouched for`, () => this.#people.accept(entry, bytes, block));
    for (const { key: signer } of block) {
      const device = this.#people.device(signer);
      if (!device) continue;
      this.#devices.add(signer);
      if (number === 1) this.#founders.push({ name: device.person.name, key: signer });
    }
    this.#selected ||= this.selection === "entry" && this.value === String(number);
    this.#planHash = entry.verb === "request.submitted" ? (entry.attributes.get("plan_hash") ?? null) : null;
  }

  #compare(number, hash) {
    this.#tree.push(leafOf(hash));
    const seen = this.#expected.checkpoint;
    if (seen?.size === number) {
      this.#remembered = true;
      if (!seen.root.equals(this.#tree.root()) || seen.origin !== this.origin) throw this.#forked(number);
    }
    if (this.#due[0]?.size !== number) return;
    if (!this.#due[0].root.equals(this.#tree.root())) {
      const agreed = this.#standings.at(-1)?.size ?? 0;
      throw new Fault(agreed + 1, `between entry ${agreed + 1} and entry ${number} the ledger is not the one under its checkpoint`);
    }
    this.#stand();
  }

  #forked(size) {
    return new Fault(null, `among the first ${size} entries there are others than there were: there are two histories`, COMPARE);
  }

  #stand() {
    const checkpoint = this.#due.shift();
    const { size } = checkpoint;
    const about = `the checkpoint of entry ${size} does not hold`;
    const signed = within(size, about, () => vouchers(checkpoint, this.#people, this.#devices), COMPARE);
    const reviewers = new Map(signed.filter(({ made }) => !made).map(({ person }) => [person.person.toLowerCase(), person.name]));
    const makers = new Set(signed.filter(({ made }) => made).map(({ person }) => person.name));
    this.#standings.push({ size, root: checkpoint.root, origin: checkpoint.origin, makers: [...makers], reviewers: [...reviewers.values()] });
  }

  #plan(record) {
    const number = this.#last;
    const planHash = this.#planHash;
    this.#planHash = null;
    if (record.length !== 1) throw new Fault(number, `the plan after entry ${number} is malformed`, ASK_AGAIN);
    if (planHash === null || sha256(record[0]).toString("hex") !== planHash) {
      throw new Fault(number, `the plan after entry ${number} is not the one whose hash that entry carries`);
    }
    this.#plans += 1;
  }

  #end(record) {
    const after = this.#last;
    if (!this.newest) throw new Fault(0, "the bundle holds no entry", ASK_AGAIN);
    const [entries, digest] = within(after, "the end is malformed", () => {
      if (record.length !== 2) throw new Error("it has other fields");
      return [count(record[0]), ofLength(record[1], 32)];
    }, ASK_AGAIN);
    const { size } = this.newest;
    if (this.#entries === 0 || (this.whole && after < size)) {
      throw new Fault(after + 1, `entry ${after + 1} is missing: the bundle ends at entry ${after}, its checkpoint covers ${size}`);
    }
    while (this.#due.length) this.#stand();
    if (this.selection === "entry" && !this.#selected) {
      throw new Fault(decimal(this.value), `entry ${this.value}, which this is the evidence of, is missing`);
    }
    this.#checkRemembered();
    const { reviewers } = this.#expected;
    if (!this.#standings.some((standing) => standing.reviewers.length >= reviewers)) {
      throw new Fault(size, `entry ${size} lies under no checkpoint that ${reviewers} people cosigned`, "Ask for a bundle made after the next review.");
    }
    if (entries !== this.#entries || !digest.equals(this.#fields.digestBefore())) {
      throw new Fault(after, `the file was damaged somewhere up to entry ${after}`, ASK_AGAIN);
    }
    const trailing = within(after, `bytes follow the end, after entry ${after}`, () => this.#fields.next(), ASK_AGAIN);
    if (trailing !== null) throw new Fault(after, `bytes follow the end, after entry ${after}`, ASK_AGAIN);
    return this.#verdict();
  }

  #checkRemembered() {
    const seen = this.#expected.checkpoint;
    if (!seen || this.#remembered || seen.size === 0) return;
    const same = this.#standings.find(({ size }) => size === seen.size);
    if (!same) {
      const remedy = "Ask for a bundle that includes the remembered checkpoint, or for the whole ledger.";
      throw new Fault(seen.size, `the bundle does not show whether its ledger is that of the checkpoint of entry ${seen.size}`, remedy);
    }
    if (!same.root.equals(seen.root) || same.origin !== seen.origin) throw this.#forked(seen.size);
  }

  #verdict() {
    return {
      ok: true,
      custody: this.custody,
      environment: this.environment,
      selection: this.selection,
      value: this.value,
      entries: this.#entries,
      size: this.newest.size,
      plans: this.#plans,
      founding: this.#founding,
      founders: this.#founders,
      checkpoints: this.#standings.map(({ size, makers, reviewers }) => ({ size, makers, reviewers })),
    };
  }
}

function checkSelection(word, value) {
  const forms = { whole: /^$/, key: null, tenant: null, request: null, period: /^-?[0-9]+\.\.-?[0-9]+$/, entry: /^(0|[1-9][0-9]*)$/ };
  if (!Object.hasOwn(forms, word)) throw new Error("its selection is unknown");
  const form = forms[word] ?? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (!form.test(value)) throw new Error("its selection is malformed");
}

// The command ---------------------------------------------------------------------------------------------------------

function verifyFile(file, expected) {
  const fields = new Fields(file);
  try {
    return new Bundle(fields, expected).verify();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, number: error.number, fault: error.message, remedy: error.remedy };
  } finally {
    fields.close();
  }
}

function sentences(verdict) {
  if (!verdict.ok) return [`DOES NOT HOLD: ${verdict.fault}.`, `  ${verdict.remedy}`];
  const all = verdict.selection === "whole";
  const reviewed = verdict.checkpoints.findLast(({ reviewers }) => reviewers.length > 0);
  return [
    all
      ? `Holds: the whole ledger of ${verdict.custody} (${verdict.environment}) up to entry ${verdict.size}.`
      : `Holds: ${verdict.entries} entries, each at its number in the ledger of ${verdict.custody} (${verdict.environment}).`,
    ...verdict.founders.map(({ name, key: fingerprint }) => `  Founder ${name}, key ${fingerprint}.`),
    ...verdict.checkpoints.map(
      ({ size, makers, reviewers }) =>
        `  Checkpoint of entry ${size}: made by ${makers.join(", ") || "nobody known"}, cosigned by ${reviewers.join(", ") || "nobody"}.`,
    ),
    "Not shown: whose keys these are (compare the fingerprints with the founders themselves);",
    reviewed
      ? `  that there is no other history after entry ${reviewed.size}, the last one reviewed;`
      : "  that there is no other history, for nobody cosigned this one;",
    ...(all ? [] : ["  that nothing else belongs to the selection, such as the suspension of a signer;"]),
    `  what came after entry ${verdict.size}; that vault and database did what the entries say.`,
  ];
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      founding: { type: "string" },
      checkpoint: { type: "string" },
      reviewers: { type: "string", default: "0" },
      json: { type: "boolean", default: false },
    },
  });
  if (positionals.length === 0) throw new Error("name at least one bundle");
  const expected = {
    founding: values.founding ? key(values.founding) : null,
    checkpoint: values.checkpoint ? readCheckpoint(readFileSync(values.checkpoint)) : null,
    reviewers: decimal(values.reviewers),
  };
  let failed = false;
  for (const file of positionals) {
    const verdict = verifyFile(file, expected);
    failed ||= !verdict.ok;
    console.log(values.json ? JSON.stringify({ file, ...verdict }) : [file, ...sentences(verdict)].join("\n"));
  }
  process.exitCode = failed ? 1 : 0;
}

try {
  main();
} catch (error) {
  console.error(`This could not be verified: ${error.message}.`);
  process.exitCode = 2;
}
