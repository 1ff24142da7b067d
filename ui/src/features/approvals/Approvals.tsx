export default function Approvals(_: Record<string, unknown>) { return null; }
