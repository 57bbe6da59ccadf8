import type { CodeAnswer } from '../../second-answer.ts';
import type { OcraToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createByApi, type NewOcraToken } from './create-ocra-token.ts';
import { createApiQuestion, createResyncQuestion, prepareQuestion } from './prepare-question.ts';
import { resyncOcra, verifyOcra } from './verify-ocra.ts';

export const ocraActions: TokenKindActions<OcraToken, CodeAnswer, NewOcraToken, never> = {
  create: createByApi,
  verify: verifyOcra,
  prepare: prepareQuestion,
  challenge: createApiQuestion,
  askResync: createResyncQuestion,
  resync: resyncOcra,
};
