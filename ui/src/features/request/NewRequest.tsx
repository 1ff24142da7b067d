export default function NewRequest(_: Record<string, unknown>) { return null; }
