import { replaceTransport } from "../src/host/transport";
import { makeDouble } from "./double/double";

const asked = new URLSearchParams(location.search);
replaceTransport(makeDouble("unlocked", { fail: asked.get("fail") ?? "", slow: 0, empty: false, sign: asked.get("sign") ?? "approve" }));
await import("../src/sign");
