// Checks the published vectors of ledger, checkpoint and proof with the second verifier: `node vectors.mjs ../formats/vectors`.
// One line for each thing that holds; exit code 1 at the first that does not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { sha256 } from "./canonical.mjs";
import { readCheckpoint } from "./checkpoint.mjs";
import { readEntry, readSignatures } from "./entries.mjs";
import { readProof } from "./proof.mjs";
import { Tree, grows, includes, leafOf } from "./tree.mjs";

const directory = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(directory, name), "utf8"));
const bytes = (hex) => Buffer.from(hex, "hex");
const holds = (what, check) => {
  check();
  console.log(`ok ${what}`);
};

const { records } = read("ledger.json");
let head = Buffer.alloc(32);
for (const { number, fields, entry, signatures, hash } of records) {
  holds(`entry ${number}`, () => {
    const found = readEntry(bytes(entry));
    for (const name of ["custody", "environment", "actor", "verb", "subject"]) assert.equal(found[name], fields[name]);
    assert.equal(found.id, fields.entry);
    assert.equal(found.time, BigInt(fields.time));
    assert.deepEqual(Object.fromEntries(found.attributes), fields.attributes);
    assert.ok(readSignatures(bytes(signatures)).length >= 1);
    head = sha256(Buffer.from([0]), head, bytes(entry), bytes(signatures));
    assert.equal(head.toString("hex"), hash);
  });
}

const published = read("checkpoint.json");
const leaves = records.map(({ hash }) => leafOf(bytes(hash)));
const roots = [sha256()];
const tree = new Tree();
for (const leaf of leaves) {
  tree.push(leaf);
  roots.push(tree.root());
}
holds("leaves", () => assert.deepEqual(leaves.map((leaf) => leaf.toString("hex")), published.leaves));
holds("roots", () => assert.deepEqual(roots.map((root) => root.toString("hex")), published.roots));
published.inclusions.forEach((path, index) =>
  holds(`inclusion of ${index}`, () => {
    assert.ok(includes(roots.at(-1), leaves.length, index, leaves[index], path.map(bytes)));
    assert.ok(!includes(roots.at(-1), leaves.length, index, leaves[(index + 1) % leaves.length], path.map(bytes)));
  }),
);
for (const name of ["older", "newest"]) {
  holds(`checkpoint ${name}`, () => {
    const { size, root } = readCheckpoint(Buffer.from(published[name]));
    assert.ok(root.equals(roots[size]));
  });
}
holds("consistency", () => {
  const path = published.consistency_of_2.map(bytes);
  assert.ok(grows({ size: 2, root: roots[2] }, { size: leaves.length, root: roots.at(-1) }, path));
  assert.ok(!grows({ size: 2, root: roots[1] }, { size: leaves.length, root: roots.at(-1) }, path));
});

const { proofs, refused } = read("proof.json");
proofs.forEach(({ number, file }) =>
  holds(`proof of ${number}`, () => {
    const { index, path, checkpoint } = readProof(Buffer.from(file));
    assert.equal(index, number - 1);
    assert.ok(checkpoint.root.equals(roots[checkpoint.size]));
    assert.ok(includes(checkpoint.root, checkpoint.size, index, leaves[index], path));
  }),
);
refused.forEach(({ why, file }) => holds(`no proof: ${why}`, () => assert.throws(() => readProof(Buffer.from(file)))));
