// Ledger entries and their signatures, as ../formats/ledger-entry.md has them.
import { map, ofLength, sequence, text, uuid } from "./canonical.mjs";

export function readEntry(bytes) {
  const fields = sequence(bytes, 12);
  if (text(fields[0]) !== "countersign/ledger-entry/v1") throw new Error("it is of another kind");
  const actorKind = text(fields[5]);
  if (!["operator", "agent", "service", "ai"].includes(actorKind)) throw new Error("its actor is of no known kind");
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

/** An attribute that has to be there. */
export function attribute(entry, name) {
  const value = entry.attributes.get(name);
  if (value === undefined) throw new Error(`it has no attribute ${name}`);
  return value;
}

/** An id in its usual form. */
export function id(value) {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) throw new Error("it names a person by no id");
  return value.toLowerCase();
}

/** 32 bytes in hex. */
export function key(value) {
  if (!/^[0-9a-f]{64}$/i.test(value)) throw new Error("it names a key that is none");
  return Buffer.from(value, "hex");
}
