import type { CodeAnswer } from '../../second-answer.ts';
import type { OathToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createByApi, type NewOathToken } from './create-oath-token.ts';
import { checkOathCode, resyncOath, verifyOath } from './verify-oath.ts';

export const oathActions: TokenKindActions<OathToken, CodeAnswer, NewOathToken> = {
  create: createByApi,
  verify: verifyOath,
  checkCode: checkOathCode,
  resync: resyncOath,
};
