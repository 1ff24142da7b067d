export default function Import(_: Record<string, unknown>) { return null; }
