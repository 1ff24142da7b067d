export function SignApp() { return null; }
