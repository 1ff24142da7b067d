// Holds Countersign's envelope to Node.js.
//
//   node interop.mjs vectors DIRECTORY   checks every vector of envelope.json and wrap.json there
//   node interop.mjs serve               answers one JSON request a line with one JSON answer a line
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { associatedData, checkValue, isDekOf, openToken, sealToken, unwrapDek, wrapDek } from "./envelope.mjs";

const hex = (text) => Buffer.from(text, "hex");

function identityOf(found) {
  return { ...found, custody: hex(found.custody), key: hex(found.key) };
}

function contextOf(found) {
  return { identity: identityOf(found.identity), dekVersion: found.dek_version, record: hex(found.record) };
}

function publicKeyOf({ n, e }) {
  const number = (text) => hex(text).toString("base64url");
  return createPublicKey({ key: { kty: "RSA", n: number(n), e: number(e) }, format: "jwk" });
}

function privateKeyOf(found) {
  return createPrivateKey({ key: hex(found.private_key_pkcs8), format: "der", type: "pkcs8" });
}

const answers = {
  open: (asked) => ({ plaintext: openToken(hex(asked.dek), contextOf(asked), hex(asked.sealed)).toString("hex") }),
  seal: (asked) => ({ sealed: sealToken(hex(asked.dek), contextOf(asked), hex(asked.plaintext)).toString("hex") }),
  check: (asked) => ({ check_value: checkValue(hex(asked.dek), identityOf(asked.identity)).toString("hex") }),
  wrap: (asked) => ({ wrapped: wrapDek(publicKeyOf(asked), asked.algorithm, hex(asked.dek)).toString("hex") }),
  unwrap: (asked) => ({ dek: unwrapDek(privateKeyOf(asked), asked.algorithm, hex(asked.wrapped)).toString("hex") }),
};

function answer(line) {
  try {
    const asked = JSON.parse(line);
    return answers[asked.op](asked);
  } catch (error) {
    return { refused: error.message };
  }
}

async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(line))}\n`);
  }
}

function refuses(act) {
  try {
    act();
  } catch {
    return true;
  }
  return false;
}

function envelopeChecks(vectors) {
  const opened = (vector) => openToken(hex(vector.dek), contextOf(vector), hex(vector.sealed));
  return [
    ...vectors.tokens.flatMap((vector, index) => [
      [`token ${index} opens`, () => opened(vector).toString("utf8") === vector.plaintext],
      [`token ${index} is bound`, () => associatedData(contextOf(vector)).equals(hex(vector.associated_data))],
    ]),
    ...vectors.must_not_open.map((vector) => [`${vector.why} does not open`, () => refuses(() => opened(vector))]),
    ...vectors.check_values.map((vector, index) => [
      `check value ${index} holds`,
      () => isDekOf(hex(vector.dek), identityOf(vector.identity), hex(vector.check_value)),
    ]),
  ];
}

function wrapChecks(vectors) {
  const key = privateKeyOf(vectors);
  return vectors.wraps.map((vector) => [
    `${vector.algorithm} unwraps`,
    () => unwrapDek(key, vector.algorithm, hex(vector.wrapped)).equals(hex(vector.dek)),
  ]);
}

function checkVectors(directory) {
  const read = (name) => JSON.parse(readFileSync(join(directory, name), "utf8"));
  const checks = [...envelopeChecks(read("envelope.json")), ...wrapChecks(read("wrap.json"))];
  let failed = 0;
  for (const [name, holds] of checks) {
    let outcome;
    try {
      outcome = holds() ? "ok" : "FAILED";
    } catch (error) {
      outcome = `FAILED: ${error.message}`;
    }
    if (outcome !== "ok") failed += 1;
    process.stdout.write(`${outcome} ${name}\n`);
  }
  process.stdout.write(`${checks.length - failed} of ${checks.length} hold\n`);
  return failed === 0 && checks.length > 0 ? 0 : 1;
}

const [command, directory] = process.argv.slice(2);
if (command === "vectors" && directory) process.exitCode = checkVectors(directory);
else if (command === "serve") await serve();
else {
  process.stderr.write("usage: node interop.mjs vectors DIRECTORY | serve\n");
  process.exitCode = 2;
}
