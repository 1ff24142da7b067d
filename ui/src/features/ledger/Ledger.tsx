export default function Ledger(_: Record<string, unknown>) { return null; }
