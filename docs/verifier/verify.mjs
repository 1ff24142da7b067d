#!/usr/bin/env node
// Verifies bundles and evidence packs of a Countersign ledger with nothing but the file and Node.js 20 or later: no package, no
// network, and no line of code shared with Countersign. Formats: ../formats/bundle.md, checkpoint.md, ledger-entry.md, canonical.md.
//
//   node verify.mjs [--founding HEX] [--checkpoint FILE] [--reviewers COUNT] [--json] BUNDLE...
//
// Exit code 0: every bundle holds. 1: one does not. 2: it could not be read, or the command was wrong.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { Bundle, Fault } from "./bundle.mjs";
import { Fields, decimal } from "./canonical.mjs";
import { readCheckpoint } from "./checkpoint.mjs";
import { key } from "./entries.mjs";

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
