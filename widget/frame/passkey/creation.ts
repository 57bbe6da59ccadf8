import type { PasskeyCreation } from '@countersign/protocol/passkey';
import type { CreationOutcome, WindowWords } from '@countersign/protocol/passkey-window';
import { createPasskey } from '@countersign/ui/passkey/creation';
import { runInWindow } from './in-window.ts';

/** Creates a passkey in the frame, or in a window if the embedding page or the browser does not allow it. */
export function createPasskeyAnywhere(
  creation: PasskeyCreation,
  { inWindow, words }: { inWindow: boolean; words: WindowWords },
): Promise<CreationOutcome> {
  return inWindow || !canCreateInFrame() ? runInWindow({ creation }, words) : createPasskey(creation);
}

/**
 * Not every browser lets a frame create passkeys. If the browser does not say, a window is used, which works
 * everywhere.
 */
function canCreateInFrame(): boolean {
  if (parent === window) return true;
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature?(feature: string): boolean } };
  return featurePolicy?.allowsFeature?.('publickey-credentials-create') === true;
}
