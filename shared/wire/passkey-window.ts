import { ICON_LINK } from './icon.ts';
import type { PasskeyAssertion, PasskeyAttestation, PasskeyCreation, PasskeyRequest } from './passkey.ts';

/**
 * What the frame and the window that it opened say to each other. Both are pages of the service: each takes messages of its
 * own origin alone, the frame only from the window that it opened, the window only from who opened it.
 *
 *     window                                frame
 *       | passkey-window ------------------> |   it is there
 *       | <--- passkey-request (+ port) ---- |   what is asked, and the words to say it in
 *       | {assertion} or {failure} (port) -> |   or {attestation}, of a passkey that was to be made
 */
export const WINDOW_READY = 'countersign:passkey-window';
export const WINDOW_REQUEST = 'countersign:passkey-request';

/** A passkey is to answer, or to be made. */
export type AskedOfPasskey = { request: PasskeyRequest } | { creation: PasskeyCreation };

export type WindowRequest = AskedOfPasskey & {
  type: typeof WINDOW_REQUEST;
  words: WindowWords;
};

/** In the person's language, which the frame knows. */
export interface WindowWords {
  lang: string;
  dir: string;
  /** Whose sign-in it is. */
  name: string;
  title: string;
  text: string;
  button: string;
  /** By failure. */
  failed: Partial<Record<PasskeyFailure, string>>;
}

/** Why there is no answer, as far as browsers tell. */
export type PasskeyFailure =
  | 'passkeyCancelled'
  | 'passkeyRefused'
  | 'passkeyUnknown'
  | 'passkeyBlocked'
  /** Only where one is made: the device has one of this person's already. */
  | 'passkeyExists';

export type PasskeyOutcome = { assertion: PasskeyAssertion } | { failure: PasskeyFailure };
export type CreationOutcome = { attestation: PasskeyAttestation } | { failure: PasskeyFailure };

export interface PasskeyWindowDocument {
  nonce: string;
  /** Paths from the build's manifest. */
  script: string;
  style: string;
}

/** All values are made by the service itself. */
export function passkeyWindowDocument({ nonce, script, style }: PasskeyWindowDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Passkey</title>
${ICON_LINK}
<link rel="stylesheet" href="${style}" nonce="${nonce}">
<script type="module" src="${script}" nonce="${nonce}"></script>
</head>
<body>
<main><p class="alone">This window belongs to a sign-in that is no longer open. You can close it.</p></main>
</body>
</html>
`;
}
