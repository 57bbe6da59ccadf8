import type { FLOW_HEADER } from '@countersign/protocol/flow';
import type { PasskeyCreation } from '@countersign/protocol/passkey';
import type { FlowClient } from '../flow-client.ts';
import { canCreateInFrame, createPasskey } from './creation.ts';

/**
 * How long the result of a sign-in waits for the browser at most. Most pages remove the frame as soon as they have the
 * result, which ends the creation. Browsers without a saved password refuse at once.
 */
const MAX_WAIT_MS = 2_000;

/** Written out: the script that every frame loads would have to export it. */
const HEADER: typeof FLOW_HEADER = 'countersign-flow';

/**
 * Lets the browser create a passkey without asking its user, if the service offers one at the end of a sign-in. Whatever
 * comes of it, the sign-in ends as it would without.
 */
export function upgradeToPasskey(client: FlowClient): void {
  const { answer } = client;
  client.answer = async (handle, ...request) => {
    const response = await answer(handle, ...request);
    const creation = response.view?.upgrade;
    if (creation && canCreateInFrame()) {
      const timeout = new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS));
      await Promise.race([create(handle, creation), timeout]);
    }
    return response;
  };
}

/** Resolves once the passkey is on its way: the request outlives the frame. */
async function create(handle: string, creation: PasskeyCreation): Promise<void> {
  const outcome = await createPasskey(creation, 'conditional');
  if ('failure' in outcome) return;
  const { attestation } = outcome;
  fetch('/widget/v1/flow/upgrade', {
    method: 'POST',
    headers: { [HEADER]: handle, 'content-type': 'application/json' },
    body: JSON.stringify({ response: attestation, language: document.documentElement.lang }),
    credentials: 'omit',
    redirect: 'error',
    keepalive: true,
  })
    .then(({ status }) => {
      // Refused: otherwise the password manager would offer it at each sign-in.
      if (status === 403 || status === 422) return forget(creation.rp.id, attestation.id);
    })
    .catch(() => {});
}

function forget(rpId: string, credentialId: string): Promise<void> | undefined {
  const browser: Partial<typeof PublicKeyCredential> = PublicKeyCredential;
  return browser.signalUnknownCredential?.({ rpId, credentialId });
}
