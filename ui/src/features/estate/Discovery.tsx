export default function Discovery(_: Record<string, unknown>) { return null; }
