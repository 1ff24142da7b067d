// The Merkle tree and its proofs: RFC 6962, and RFC 9162 sections 2.1.3.2 and 2.1.4.2.
import { sha256 } from "./canonical.mjs";

export const leafOf = (chain) => sha256(Buffer.from([0]), chain);
const nodeOf = (left, right) => sha256(Buffer.from([1]), left, right);
const half = (number) => Math.floor(number / 2);
const odd = (number) => number % 2 === 1;

/** Roots of the full subtrees, the largest first, each with its size. */
export class Tree {
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

export function includes(root, size, index, leaf, hashes) {
  if (index >= size) return false;
  let hash = leaf;
  const ended = climb(index, size - 1, hashes, (other) => (hash = nodeOf(other, hash)), (other) => (hash = nodeOf(hash, other)));
  return ended && hash.equals(root);
}

export function grows(older, newer, hashes) {
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
