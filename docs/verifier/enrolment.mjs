// What comes into force by two people's signatures: plans in `request.applied`, as ../formats/acts.md and plan.md have them, and the
// cards in them, as ../formats/enrolment-card.md has those.
import { map, sequence, sha256, text, uuid } from "./canonical.mjs";

/** Operations that say who may sign. */
const OF_PEOPLE = ["enrol_operator", "enrol_device", "grant_role", "reinstate_operator"];
const HOUR_MICROS = 3_600_000_000n;
const COOL_DOWN_HOURS_MAX = 8_760n;

/** The plan that an entry says was applied. */
export function readApplied(entry) {
  const pieces = [...entry.attributes].filter(([name]) => name >= "plan.00" && name <= "plan.99").map(([, piece]) => piece);
  const bytes = unhex(pieces.join(""));
  const fields = sequence(bytes);
  if (fields.length < 12 || text(fields[0]) !== "countersign/plan/v1") throw new Error("it holds no plan that can be read");
  const [target] = sequence(fields[10]);
  if (target === undefined) throw new Error("its plan is about nothing");
  const operation = text(fields[4]);
  return {
    hash: sha256(bytes).toString("hex"),
    custody: uuid(fields[1]),
    request: uuid(fields[3]),
    operation,
    requester: uuid(fields[5]),
    target: uuid(sequence(target)[0]),
    parameters: map(fields[11]),
    isAboutPeople: OF_PEOPLE.includes(operation),
  };
}

/** Roles that a plan gives. */
export function rolesOf(plan) {
  return (plan.parameters.get("roles") ?? "").split(",").filter((role) => role !== "");
}

/** How long until they count, in microseconds. */
export function coolDownOf(plan) {
  const hours = plan.parameters.get("cool_down_hours") ?? "0";
  if (!/^\+?[0-9]+$/.test(hours) || BigInt(hours) > COOL_DOWN_HOURS_MAX) throw new Error("its cool-down can't be read");
  return BigInt(hours) * HOUR_MICROS;
}

/** The card in a plan, or null where it brings no whole one. */
export function cardOf(plan) {
  const value = (name) => plan.parameters.get(name);
  const words = ["kind", "person", "name", "login", "device_name"].map(value);
  const [founding, raw, proof] = [["founding", 32], ["public_key", 32], ["proof", 64]].map(([name, length]) => bytesOf(value(name), length));
  if (words.includes(undefined) || !founding || !raw || !proof) return null;
  const [kind, person, name, login, device] = words;
  const ids = [plan.custody, plan.target].map((id) => Buffer.from(id.replaceAll("-", ""), "hex"));
  const statement = canonical("countersign/enrolment-card/v1", ids[0], founding, ids[1], kind, person, name, login, device, raw);
  return { kind, person, name, login, founding, raw, proof, statement };
}

function canonical(...fields) {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(bytes.length);
    return [prefix, bytes];
  });
  return Buffer.concat(parts);
}

function bytesOf(hex, length) {
  return hex !== undefined && /^[0-9a-f]*$/i.test(hex) && hex.length === 2 * length ? Buffer.from(hex, "hex") : null;
}

function unhex(hex) {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Error("it holds no plan that can be read");
  return Buffer.from(hex, "hex");
}
