/** The server rejects unknown variables, and does not need the command's secrets. */
const CLI_VARIABLES = new Set([
  'COUNTERSIGN_API_URL',
  'COUNTERSIGN_API_KEY',
  'COUNTERSIGN_ACCOUNT',
  'PROTECTIMUS_API_KEY',
]);

export function serverEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !CLI_VARIABLES.has(name)));
}
