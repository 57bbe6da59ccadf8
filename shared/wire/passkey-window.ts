import { ICON_LINK } from './icon.ts';
import type { PasskeyAssertion, PasskeyAttestation, PasskeyCreation, PasskeyRequest } from './passkey.ts';

/**
 * The protocol of the frame and the window that it opens. Both are pages of the service: each accepts messages only from its
 * own origin, the frame only from that window, the window only from its opener.
 *
 *     window                                frame
 *       | passkey-window ------------------> |   it is loaded
 *       | <--- passkey-request (+ port) ---- |   the options, and the texts to show
 *       | {assertion} or {failure} (port) -> |   or {attestation}, of a new passkey
 */
export const WINDOW_READY = 'countersign:passkey-window';
export const WINDOW_REQUEST = 'countersign:passkey-request';

/** A passkey to use, or to create. */
export type PasskeyWindowTask = { request: PasskeyRequest } | { creation: PasskeyCreation };

export type WindowRequest = PasskeyWindowTask & {
  type: typeof WINDOW_REQUEST;
  words: WindowWords;
};

/** In the user's language, which the frame knows. */
export interface WindowWords {
  lang: string;
  dir: string;
  /** The name of the site. */
  name: string;
  title: string;
  text: string;
  button: string;
  /** By failure. */
  failed: Partial<Record<PasskeyFailure, string>>;
}

/** Why there is no response, as far as browsers report it. */
export type PasskeyFailure =
  | 'passkeyCancelled'
  | 'passkeyRefused'
  | 'passkeyUnknown'
  | 'passkeyBlocked'
  /** Only on creation: the device already has a passkey of this user. */
  | 'passkeyExists';

export type PasskeyOutcome = { assertion: PasskeyAssertion } | { failure: PasskeyFailure };
export type CreationOutcome = { attestation: PasskeyAttestation } | { failure: PasskeyFailure };

export interface PasskeyWindowDocument {
  nonce: string;
  /** Paths from the build's manifest. */
  script: string;
  style: string;
}

/** The service itself generates all values. */
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
