/** What is loaded when a step first asks for a passkey. */
export type PasskeyModule = typeof import('./passkeys.ts');
