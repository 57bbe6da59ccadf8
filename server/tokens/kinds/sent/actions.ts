import type { CodeAnswer } from '../../second-answer.ts';
import type { SentToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { prepareCode, sendApiCode } from './prepare-code.ts';
import { verifySent } from './verify-sent.ts';

export const sentActions: TokenKindActions<SentToken, CodeAnswer> = {
  verify: verifySent,
  prepare: prepareCode,
  challenge: sendApiCode,
};
