import { replaceTransport } from "../src/host/transport";
import { makeDouble } from "./double/double";

// Only for looking at screens without the Rust host; nothing under `dev/` is part of the product.
Object.freeze(Object.prototype);
const asked = new URLSearchParams(location.search);
replaceTransport(makeDouble(asked.get("state") ?? "unlocked", { fail: asked.get("fail") ?? "", slow: Number(asked.get("slow") ?? 0), empty: asked.has("empty") }));
await import("../src/main");
