import type { WebauthnToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import type { PasskeyAnswer } from './passkey-challenge.ts';
import { preparePasskey } from './prepare-passkey.ts';
import { verifyPasskey } from './verify-passkey.ts';

export const passkeyActions: TokenKindActions<WebauthnToken, PasskeyAnswer> = {
  verify: verifyPasskey,
  prepare: preparePasskey,
};
