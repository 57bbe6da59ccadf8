import type { CodeAnswer } from '../../second-answer.ts';
import type { OcraToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createApiQuestion, prepareQuestion } from './prepare-question.ts';
import { verifyOcraAnswer } from './verify-ocra.ts';

export const ocraActions: TokenKindActions<OcraToken, CodeAnswer> = {
  verify: verifyOcraAnswer,
  prepare: prepareQuestion,
  challenge: createApiQuestion,
};
