import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyOutcome, WindowWords } from '@countersign/protocol/passkey-window';
import passkeys from '@countersign/ui/i18n/locales/en/widget/passkeys.json';
import { addEnglish, type Texts } from '../../i18n/texts.ts';
import { requestPasskey } from './ceremony.ts';
import { runInWindow } from './in-window.ts';

export { PasskeyForm } from './passkey-form.tsx';
export { PasskeyButton } from './passkey-notice.tsx';

/** Loaded when a sign-in first needs a passkey; the rest of the frame works without it. */
addEnglish(passkeys);

/** Requests a passkey in the frame, or in a window if the embedding page does not allow it. */
export function requestPasskeyAnywhere(
  request: PasskeyRequest,
  { texts, name, inWindow }: { texts: Texts; name: string; inWindow: boolean },
): Promise<PasskeyOutcome> {
  return inWindow || !canRequestInFrame()
    ? runInWindow({ request }, windowTexts(texts, name))
    : requestPasskey(request);
}

function windowTexts(texts: Texts, name: string): WindowWords {
  return {
    lang: texts.lang,
    dir: texts.dir,
    name,
    title: texts('passkeyTitle'),
    text: texts('passkeyHint'),
    button: texts('continue'),
    failed: {
      passkeyCancelled: texts('passkeyCancelled'),
      passkeyRefused: texts('passkeyRefused'),
      passkeyUnknown: texts('passkeyUnknown'),
      passkeyBlocked: texts('passkeyBlocked'),
    },
  };
}

/** Whether the embedding page allows requests in the frame. Assumed if the browser does not say. */
function canRequestInFrame(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature?(feature: string): boolean } };
  return featurePolicy?.allowsFeature?.('publickey-credentials-get') !== false;
}

let offer: { challenge: string; abort: AbortController } | undefined;

/** Offers passkeys as autofill in the login field if the browser can, until the challenge changes or ends. */
export async function offerInField(
  request: PasskeyRequest | undefined,
  take: (assertion: PasskeyAssertion) => void,
): Promise<void> {
  if (request?.challenge === offer?.challenge) return;
  offer?.abort.abort();
  offer = undefined;
  if (!request || !canRequestInFrame()) return;
  const mine = { challenge: request.challenge, abort: new AbortController() };
  offer = mine;
  const { isConditionalMediationAvailable } = window.PublicKeyCredential ?? {};
  const can = await isConditionalMediationAvailable?.call(window.PublicKeyCredential).catch(() => false);
  if (!can || offer !== mine) return;
  const outcome = await requestPasskey(request, { mediation: 'conditional', signal: mine.abort.signal });
  if ('assertion' in outcome && offer === mine) take(outcome.assertion);
}
