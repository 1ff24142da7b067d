// Canonical bytes, as ../formats/canonical.md has them, and a file of them read field by field.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const FIELD_BYTES_MAX = 16 * 1024 * 1024;
/** Longest path of a proof. */
const PATH_MAX = 65;

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function text(bytes) {
  return utf8.decode(bytes);
}

/** The fields of a canonical sequence; throws where the bytes are none, or their number is another one. */
export function sequence(bytes, count) {
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

export function ofLength(bytes, length) {
  if (bytes.length !== length) throw new Error(`${length} bytes were expected, not ${bytes.length}`);
  return bytes;
}

export function count(bytes) {
  const value = ofLength(bytes, 8).readBigUInt64BE();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error("a number is too large");
  return Number(value);
}

export function uuid(bytes) {
  const hex = ofLength(bytes, 16).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function map(bytes) {
  const fields = sequence(bytes);
  if (fields.length % 2) throw new Error("a map has a name without a value");
  const values = new Map();
  for (let at = 0; at < fields.length; at += 2) {
    if (at && Buffer.compare(fields[at - 2], fields[at]) >= 0) throw new Error("the names of a map do not ascend");
    values.set(text(fields[at]), text(fields[at + 1]));
  }
  return values;
}

export function path(bytes) {
  if (bytes.length % 32 || bytes.length > 32 * PATH_MAX) throw new Error("a path is no row of hashes");
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
}

/** Base64 in its one form. */
export function base64(encoded) {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) throw new Error("malformed base64");
  return bytes;
}

export function decimal(digits) {
  const number = Number(digits);
  if (!/^(0|[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(number)) throw new Error("malformed number");
  return number;
}

/** A file, field by field: no more than one of them is in memory. Hashes what lies before the field last read. */
export class Fields {
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
