import type { CodeAnswer } from '../../second-answer.ts';
import type { SentToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createByApi, type NewSentToken } from './create-sent-token.ts';
import { type SentDraft, sentEnrolment } from './enrol-sent.ts';
import { prepareCode, sendApiCode } from './prepare-code.ts';
import { verifySent } from './verify-sent.ts';

export const sentActions: TokenKindActions<SentToken, CodeAnswer, NewSentToken, SentDraft> = {
  create: createByApi,
  enrol: sentEnrolment,
  verify: verifySent,
  prepare: prepareCode,
  challenge: sendApiCode,
};
