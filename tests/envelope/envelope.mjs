// Countersign's envelope in Node.js, with nothing but Node's own crypto. Format: docs/formats/envelope.md.
//
// This file is meant to be copied into the service that uses the tokens. Ids and keys are Buffers; an identity is
// { custody, environment, key } with either { tenant, integration } or { secret_name }.
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

const MAGIC = Buffer.from("CST1");
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const HEADER_LENGTH = MAGIC.length + 16 + 8 + NONCE_LENGTH;
const PLAINTEXT_LENGTH_MAX = 65536;

const OAEP_HASH = { "RSA-OAEP-256": "sha256", "RSA-OAEP": "sha1" };

/** A canonical sequence: every field is a four-byte length and its bytes. */
export function canonical(...fields) {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function count(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

function identityFields(kind, identity) {
  const isSecret = identity.secret_name !== undefined;
  return [
    kind,
    identity.custody,
    identity.environment,
    isSecret ? "secret_name" : "tenant_integration",
    isSecret ? "" : identity.tenant,
    isSecret ? identity.secret_name : identity.integration,
    identity.key,
  ];
}

/** What binds a token to its place; never stored, both sides compute it. */
export function associatedData({ identity, dekVersion, record }) {
  return canonical(...identityFields("countersign/token/v1", identity), count(dekVersion), record);
}

/** Seals `plaintext` for its place. Count the tokens of each DEK: 2^32 at most. */
export function sealToken(dek, context, plaintext) {
  if (plaintext.length > PLAINTEXT_LENGTH_MAX) throw new Error("too long to be a token");
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv("aes-256-gcm", dek, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([MAGIC, context.identity.key, count(context.dekVersion), nonce, body, cipher.getAuthTag()]);
}

/** Opens a token where it was found; throws when it belongs elsewhere or was changed. */
export function openToken(dek, context, sealed) {
  if (sealed.length < HEADER_LENGTH + TAG_LENGTH || !sealed.subarray(0, 4).equals(MAGIC)) {
    throw new Error("not a sealed token of a known version");
  }
  const sameKey = sealed.subarray(4, 20).equals(context.identity.key);
  if (!sameKey || !sealed.subarray(20, 28).equals(count(context.dekVersion))) {
    throw new Error("sealed under another key or version");
  }
  const nonce = sealed.subarray(28, HEADER_LENGTH);
  const decipher = createDecipheriv("aes-256-gcm", dek, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_LENGTH));
  return Buffer.concat([decipher.update(sealed.subarray(HEADER_LENGTH, sealed.length - TAG_LENGTH)), decipher.final()]);
}

/** The check value of a DEK as what it is for. */
export function checkValue(dek, identity) {
  return createHmac("sha256", dek).update(canonical(...identityFields("countersign/check-value/v1", identity))).digest();
}

/** Compare after every unwrap and before the DEK is used: OAEP does not notice a DEK of another tenant. */
export function isDekOf(dek, identity, stored) {
  return stored.length === 32 && timingSafeEqual(checkValue(dek, identity), stored);
}

/** Wraps a DEK with the public half of a KEK. */
export function wrapDek(publicKey, algorithm, dek) {
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: oaepHash(algorithm) }, dek);
}

/** Unwraps a DEK. In production the vault does this; here for tests and restore drills. */
export function unwrapDek(privateKey, algorithm, wrapped) {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const dek = privateDecrypt({ key: privateKey, padding, oaepHash: oaepHash(algorithm) }, wrapped);
  if (dek.length !== 32) throw new Error("the unwrapped value is no DEK");
  return dek;
}

function oaepHash(algorithm) {
  const hash = OAEP_HASH[algorithm];
  if (hash === undefined) throw new Error(`${algorithm} is not allowed`);
  return hash;
}
