import type { WebauthnToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { releaseCredential } from './claim-credential.ts';
import { type PasskeyDraft, passkeyEnrolment } from './enrol-passkey.ts';
import type { PasskeyAnswer } from './passkey-challenge.ts';
import { preparePasskey } from './prepare-passkey.ts';
import { verifyPasskey } from './verify-passkey.ts';

export const passkeyActions: TokenKindActions<WebauthnToken, PasskeyAnswer, never, PasskeyDraft> = {
  enrol: passkeyEnrolment,
  verify: verifyPasskey,
  prepare: preparePasskey,
  afterDeletion: (ports, { account, factor, id }) => releaseCredential(ports, account, factor.credentialId, id),
};
