import type { CodeAnswer } from '../../second-answer.ts';
import type { OathToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createByApi, type NewOathToken } from './create-oath-token.ts';
import { type AppDraft, appEnrolment } from './enrol-app.ts';
import { checkOathCode, resyncOath, verifyOath } from './verify-oath.ts';

export const oathActions: TokenKindActions<OathToken, CodeAnswer, NewOathToken, AppDraft> = {
  create: createByApi,
  enrol: appEnrolment,
  verify: verifyOath,
  checkCode: checkOathCode,
  resync: resyncOath,
};
