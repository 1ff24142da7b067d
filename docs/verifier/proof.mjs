// The proof of one entry as other tools read it: c2sp.org/tlog-proof, as ../formats/checkpoint.md has it.
import { base64, decimal, ofLength, text } from "./canonical.mjs";
import { readCheckpoint } from "./checkpoint.mjs";

const PATH_MAX = 65;

/** Index, path and checkpoint; whether they fit is another question. */
export function readProof(bytes) {
  const whole = text(bytes);
  const gap = whole.indexOf("\n\n");
  if (gap < 0) throw new Error("there is no empty line before its checkpoint");
  const [kind, index, ...path] = whole.slice(0, gap).split("\n");
  if (kind !== "c2sp.org/tlog-proof@v1" || !index?.startsWith("index ")) throw new Error("it is no proof of an entry");
  if (path.length > PATH_MAX) throw new Error("its path is too long");
  return {
    index: decimal(index.slice("index ".length)),
    path: path.map((line) => ofLength(base64(line), 32)),
    checkpoint: readCheckpoint(Buffer.from(whole.slice(gap + 2))),
  };
}
