export default function Runs(_: Record<string, unknown>) { return null; }
