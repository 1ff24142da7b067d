// Checks the vectors of canonical sequences, plans, seals and ledgers with nothing but Node's own crypto.
//
//   node formats.mjs DIRECTORY
//
// Nothing is read back from Countersign's bytes: every message is built again from the fields beside it.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { canonical } from "./envelope.mjs";

const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

const hex = (text) => Buffer.from(text, "hex");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const id = (text) => hex(text.replaceAll("-", ""));

function time(micros) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(micros));
  return bytes;
}

function map(object) {
  const names = Object.keys(object).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return canonical(...names.flatMap((name) => [name, String(object[name])]));
}

function publicKey(bytes) {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
}

function privateKey(seed) {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
}

/** The fields of a sequence; throws where the bytes are not canonical. */
function fieldsOf(bytes) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 4) throw new Error("truncated");
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length || end - at - 4 > 16 * 1024 * 1024) throw new Error("truncated or too long");
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function refuses(act) {
  try {
    act();
  } catch {
    return true;
  }
  return false;
}

function canonicalChecks({ sequences, refused }) {
  return [
    ...sequences.map(({ about, fields, bytes }) => [about, () => canonical(...fields.map(hex)).equals(hex(bytes))]),
    ...sequences.map(({ about, fields, bytes }) => [
      `${about}, read back`,
      () => fieldsOf(hex(bytes)).map((field) => field.toString("hex")).join() === fields.join(),
    ]),
    ...refused.map(({ about, bytes }) => [`${about} is refused`, () => refuses(() => fieldsOf(hex(bytes)))]),
  ];
}

function planBytes(plan) {
  return canonical(
    "countersign/plan/v1",
    id(plan.custody),
    plan.environment,
    id(plan.request),
    plan.operation,
    id(plan.requester),
    hex(plan.nonce),
    time(plan.planned_at),
    time(plan.approve_by),
    time(plan.execute_by),
    canonical(...plan.targets.map(([key, name, version]) => canonical(id(key), name, version))),
    map(plan.parameters),
    canonical(...plan.changes.map((change) => canonical(...change))),
    map(plan.impact),
    plan.reason,
    plan.change_record,
    plan.rollback_plan,
    map(plan.depends_on),
  );
}

function sealBytes(plan, hash, seal) {
  const { decision, role, signer } = seal;
  const place = [id(plan.custody), plan.environment, id(plan.request)];
  return canonical("countersign/seal/v1", ...place, hash, decision, role, id(signer), time(seal.time));
}

function planChecks({ plan, plan_bytes, plan_hash, seal }) {
  const hash = sha256(planBytes(plan));
  const message = sealBytes(plan, hash, seal);
  return [
    ["plan bytes", () => planBytes(plan).equals(hex(plan_bytes))],
    ["plan hash", () => hash.equals(hex(plan_hash))],
    ["seal bytes", () => message.equals(hex(seal.statement_bytes))],
    ["seal is signed the same way", () => sign(null, message, privateKey(hex(seal.key.seed))).equals(hex(seal.signature))],
    ["seal verifies", () => verify(null, message, publicKey(hex(seal.key.public_key)), hex(seal.signature))],
  ];
}

function entryBytes(fields) {
  return canonical(
    "countersign/ledger-entry/v1",
    id(fields.custody),
    fields.environment,
    id(fields.entry),
    time(fields.time),
    fields.actor_kind,
    id(fields.actor),
    fields.verb,
    fields.subject_kind,
    fields.subject,
    fields.purpose,
    map(fields.attributes),
  );
}

function signaturesVerify(entry, block, keys) {
  const fields = fieldsOf(block);
  const pairs = fields.length / 2;
  if (pairs < 1 || !Number.isInteger(pairs)) return false;
  return Array.from({ length: pairs }, (_, pair) => [fields[2 * pair], fields[2 * pair + 1]]).every(([keyId, signature]) => {
    const known = Object.values(keys).find((key) => sha256(hex(key.public_key)).equals(keyId));
    return known !== undefined && verify(null, entry, publicKey(hex(known.public_key)), signature);
  });
}

function ledgerChecks({ keys, records }) {
  let head = Buffer.alloc(32);
  return records.flatMap((record) => {
    const [entry, signatures, previous] = [hex(record.entry), hex(record.signatures), head];
    head = hex(record.hash);
    return [
      [`entry ${record.number} bytes`, () => entryBytes(record.fields).equals(entry)],
      [`entry ${record.number} signatures`, () => signaturesVerify(entry, signatures, keys)],
      [`entry ${record.number} chain`, () => sha256(Buffer.from([0]), previous, entry, signatures).equals(hex(record.hash))],
    ];
  });
}

/** A value of a certificate as one field: what type it has is a matter of its place. */
function certified(value) {
  if (Array.isArray(value)) return canonical(...value.map(certified));
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return canonical(...names.flatMap((name) => [name, certified(value[name])]));
  }
  return Buffer.from(String(value));
}

function certificateChecks(text) {
  const certificate = JSON.parse(text);
  const { signature, ...content } = certificate;
  const keys = [...certificate.people, ...certificate.sessions];
  const keyOf = (keyId) => publicKey(hex(keys.find((key) => key.key === keyId).public_key));
  const plan = hex(certificate.plan);
  const place = [id(certificate.custody), certificate.environment, id(certificate.request)];
  const sealOf = ({ decision, role, operator, at }) =>
    canonical("countersign/seal/v1", ...place, sha256(plan), decision, role, id(operator), time(at));
  const attributes = (entry) => fieldsOf(fieldsOf(hex(entry))[11]).map(String);
  const attribute = (entry, name) => attributes(entry)[attributes(entry).indexOf(name) + 1];
  const destroying = certificate.entries.filter(({ entry }) => String(fieldsOf(hex(entry))[7]) === "keys.destroyed");
  return [
    ["certificate is written in its one way", () => text === `${JSON.stringify(certificate, null, 2)}\n`],
    [
      "certificate is signed by its issuer",
      () => verify(null, canonical("countersign/certificate/v1", certified(content)), keyOf(certificate.issued.key), hex(signature)),
    ],
    ...keys.map((key) => [`certificate's key ${key.key.slice(0, 8)}`, () => sha256(hex(key.public_key)).equals(hex(key.key))]),
    ...certificate.seals.map((seal) => [
      `certificate's seal in entry ${seal.entry}`,
      () => verify(null, sealOf(seal), keyOf(seal.key), hex(seal.signature)),
    ]),
    ...certificate.entries.map(({ number, entry, signatures }) => [
      `certificate's entry ${number}`,
      () => signaturesVerify(hex(entry), hex(signatures), keys),
    ]),
    ...destroying.map(({ number, entry }) => [
      `certificate's destroyed keys of entry ${number}`,
      () => {
        const rows = certificate.destroyed.filter((row) => row.entry === number);
        const payload = canonical(...rows.map((row) => canonical(id(row.key), row.proof)));
        return sha256(payload).equals(hex(attribute(entry, "payload_digest")));
      },
    ]),
  ];
}

/** The gate's file: what Node reads in it, who signed it, and what it says at each moment. */
function gateChecks(vectors) {
  const [file, trust] = [JSON.parse(vectors.file), JSON.parse(vectors.trust)];
  const { signature, ...content } = file;
  const { entry, signatures } = file.signer.session;
  const attributes = fieldsOf(fieldsOf(hex(entry))[11]).map(String);
  const session = attributes[attributes.indexOf("public_key") + 1];
  const devices = trust.signers
    .filter(({ operator }) => operator === file.signer.operator)
    .map(({ public_key }) => ({ key: sha256(hex(public_key)).toString("hex"), public_key }));
  const signed = canonical("countersign/gate/v1", certified(content));
  const judged = (now) => {
    const blocking = file.findings.filter(({ level, due_at }) => level === "block" && now >= due_at).map((it) => it.id);
    if (now < file.made_at || now >= file.valid_until) return { verdict: "unknown", blocking: [] };
    return { verdict: blocking.length > 0 ? "blocked" : "pass", blocking };
  };
  return [
    ["gate's file is written in its one way", () => vectors.file === `${JSON.stringify(file, null, 2)}\n`],
    ["gate's file has the published bytes", () => signed.equals(hex(vectors.signed_bytes))],
    ["gate's session is certified by a trusted device", () => signaturesVerify(hex(entry), hex(signatures), devices)],
    ["gate's file is signed by that session", () => verify(null, signed, publicKey(hex(session)), hex(signature))],
    ...vectors.verdicts.map(({ at, verdict, blocking }) => [
      `gate's verdict at ${at}`,
      () => JSON.stringify(judged(at)) === JSON.stringify({ verdict, blocking }),
    ]),
  ];
}

function run(checks) {
  let failed = 0;
  for (const [name, holds] of checks) {
    let outcome = "FAILED";
    try {
      if (holds()) outcome = "ok";
    } catch (error) {
      outcome = `FAILED (${error.message})`;
    }
    if (outcome !== "ok") failed += 1;
    process.stdout.write(`${outcome} ${name}\n`);
  }
  return failed === 0 && checks.length > 0 ? 0 : 1;
}

const directory = process.argv[2];
if (directory === undefined) {
  process.stderr.write("usage: node formats.mjs DIRECTORY\n");
  process.exitCode = 2;
} else {
  const read = (name) => JSON.parse(readFileSync(join(directory, name), "utf8"));
  process.exitCode = run([
    ...canonicalChecks(read("canonical.json")),
    ...planChecks(read("plan.json")),
    ...ledgerChecks(read("ledger.json")),
    ...certificateChecks(readFileSync(join(directory, "certificate.json"), "utf8")),
    ...gateChecks(read("gate.json")),
  ]);
}
