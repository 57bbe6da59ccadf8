import type { RecoveryToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';

const OPTION = { id: 'recovery', kind: 'recovery' } as const;

export const recoveryRules: TokenKindRules<RecoveryToken> = {
  factor: 'recovery',
  step: 'recovery',
  answer: 'recovery',
  isSubstitute: true,
  isRestricted: false,
  isMailbox: false,
  isChallenged: false,
  anonymousOption: OPTION,
  methods: ['otp'],
  eventFactor: 'otp',
  canHavePin: false,
  isBoundToOwner: false,
  isVoidAfterRestore: true,
  restore: (token) => ({ ...token, factor: { kind: 'recovery', macs: [] } }),
  present: ({ factor }) => ({ codesLeft: factor.macs.length }),
  option: () => OPTION,
};
