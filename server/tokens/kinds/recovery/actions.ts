import type { RecoveryAnswer } from '../../second-answer.ts';
import type { RecoveryToken } from '../../token.ts';
import type { TokenKindActions } from '../kind-actions.ts';
import { verifyRecovery } from './verify-recovery.ts';

export const recoveryActions: TokenKindActions<RecoveryToken, RecoveryAnswer> = {
  verify: verifyRecovery,
};
