/** English of what is loaded when somebody first asks for a passkey. */
export const enPasskeys = {
  passkeyTitle: 'Use your passkey',
  passkeyHint: 'Your browser asks for your fingerprint, your face, a PIN or your security key.',
  passkeySignIn: 'Sign in with a passkey',
  passkeyWindow: 'Try in a window of its own',
  passkeyCancelled: 'Nothing was confirmed. Try again, or use another way.',
  passkeyRefused: 'The browser does not allow passkeys at this place.',
  passkeyUnknown: 'Passkeys do not work in this browser.',
  passkeyBlocked: 'The browser did not open the window. Allow windows of this page, and try again.',
  passkeyWrong: 'This passkey was not accepted. Try another one, or another way.',
} as const;
