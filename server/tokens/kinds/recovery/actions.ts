import type { RecoveryAnswer } from '../../second-answer.ts';
import type { RecoveryToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { createByApi, type NewRecoveryToken } from './create-recovery-codes.ts';
import { verifyRecovery } from './verify-recovery.ts';

export const recoveryActions: TokenKindActions<RecoveryToken, RecoveryAnswer, NewRecoveryToken, never> = {
  create: createByApi,
  verify: verifyRecovery,
};
