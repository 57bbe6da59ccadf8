import type { OathToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';

const OPTION = { id: 'code', kind: 'code' } as const;

/** Tokens that show their own codes are tried together. */
export const oathRules: TokenKindRules<OathToken> = {
  factor: 'code',
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isChallenged: false,
  anonymousOption: OPTION,
  methods: ['otp'],
  eventFactor: 'otp',
  option: () => OPTION,
};
