import type { CodeAnswer } from '../../second-answer.ts';
import type { OathToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { verifyOath } from './verify-oath.ts';

export const oathActions: TokenKindActions<OathToken, CodeAnswer> = {
  verify: verifyOath,
};
