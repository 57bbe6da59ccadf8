/** Whether a process with these variables serves users. */
export function isProduction(env: Readonly<Record<string, unknown>> | undefined): boolean {
  return String(env?.NODE_ENV).trim().toLowerCase() === 'production';
}

/** @throws Error in a process that serves users: whatever accepts test results there signs anyone in. */
export function refuseInProduction(name: string): void {
  const { process } = globalThis as { process?: { env?: Record<string, unknown> } };
  if (!isProduction(process?.env)) return;
  throw new Error(`${name} is for tests and would sign anyone in: it does not run with NODE_ENV=production.`);
}
