// Checkpoints and who vouches for them: c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature, as ../formats/checkpoint.md has them.
import { verify as verifySignature } from "node:crypto";

import { base64, decimal, ofLength, sha256, text } from "./canonical.mjs";

const NOTE_BYTES_MAX = 128 * 1024;
const SIGNATURES_MAX = 64;

export const isName = (name) => name !== "" && !/[\p{White_Space}\p{Cc}+]/u.test(name);

export function readCheckpoint(bytes) {
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
export function vouchers(checkpoint, people, devices) {
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
