/** The command's own variables are none of the server's, which stops at those that it does not know, and takes no secret of others. */
const CLI_VARIABLES = new Set([
  'COUNTERSIGN_API_URL',
  'COUNTERSIGN_API_KEY',
  'COUNTERSIGN_ACCOUNT',
  'PROTECTIMUS_API_KEY',
]);

export function serverEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !CLI_VARIABLES.has(name)));
}
