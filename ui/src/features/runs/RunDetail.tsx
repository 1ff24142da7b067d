export default function RunDetail(_: Record<string, unknown>) { return null; }
