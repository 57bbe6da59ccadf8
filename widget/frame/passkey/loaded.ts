/** The module loaded when a step first needs a passkey. */
export type PasskeyModule = typeof import('./passkeys.ts');
