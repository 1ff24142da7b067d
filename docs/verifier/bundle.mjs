// Bundles, as ../formats/bundle.md has them: verified from the first byte to the last, one record at a time.
import { isName, readCheckpoint, vouchers } from "./checkpoint.mjs";
import { count, decimal, ofLength, path, sequence, sha256, text, uuid } from "./canonical.mjs";
import { readEntry, readSignatures } from "./entries.mjs";
import { People } from "./people.mjs";
import { Tree, grows, includes, leafOf } from "./tree.mjs";

const CHECKPOINTS_MAX = 16;
/** How far an entry may be dated before an earlier one, in microseconds. */
const BACK_MAX = 120_000_000n;
const ASK_AGAIN = "Compare the file's size and SHA-256 with the sender's and ask for it again; if they are the same, treat it as tampering.";
const DO_NOT_RELY = "Do not rely on this entry or any after it: ask for a bundle from another console, and report both to the reviewers.";
const COMPARE = "Do not rely on this ledger: compare it with the checkpoint that each reviewer kept, and report what differs.";

/** What is wrong, at which entry, and what to do. */
export class Fault extends Error {
  constructor(number, message, remedy = DO_NOT_RELY) {
    super(message);
    this.number = number;
    this.remedy = remedy;
  }
}

/** Runs `act`; whatever it throws is a fault with this number. */
function within(number, about, act, remedy = DO_NOT_RELY) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(number, `${about}: ${error.message}`, remedy);
  }
}

export class Bundle {
  #fields;
  #expected;
  #checkpoints = [];
  #due = [];
  #people = new People();
  #devices = new Set();
  #tree = new Tree();
  #head = Buffer.alloc(32);
  #newest = null;
  #recent = new Map();
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
    this.#accept(number, read, hash);
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

  /** No entry twice, and none from long before: see "Once, and in time" in ../formats/ledger-entry.md. */
  #once(number, { id, time }) {
    const tooOld = (this.#newest ?? time) - BACK_MAX;
    if (time < tooOld) throw new Fault(number, `entry ${number} is dated more than two minutes before an entry that came earlier`);
    const first = this.#recent.get(id);
    if (first) throw new Fault(number, `entry ${number} is entry ${first.number} once more: a copy of it was put there`);
    if (this.#newest === null || time > this.#newest) this.#newest = time;
    for (const [old, { time: at }] of this.#recent) {
      if (at >= this.#newest - BACK_MAX) break;
      this.#recent.delete(old);
    }
    this.#recent.set(id, { number, time });
  }

  #accept(number, { bytes, signatures }, hash) {
    const entry = within(number, `entry ${number} cannot be read`, () => readEntry(bytes));
    if (entry.custody !== this.custody || entry.environment !== this.environment) {
      throw new Fault(number, `entry ${number} belongs to another custody`);
    }
    const block = within(number, `entry ${number} carries no readable signatures`, () => readSignatures(signatures));
    within(number, `entry ${number} is not vouched for`, () => this.#people.accept(entry, bytes, block, hash));
    if (this.whole) this.#once(number, entry);
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
