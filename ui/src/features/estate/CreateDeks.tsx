export default function CreateDeks(_: Record<string, unknown>) { return null; }
