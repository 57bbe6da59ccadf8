/** What is loaded when a step first asks for a passkey. */
export type Passkeys = typeof import('./passkeys.ts');
