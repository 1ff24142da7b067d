export default function Operators(_: Record<string, unknown>) { return null; }
