import type { OcraToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';

export const ocraRules: TokenKindRules<OcraToken> = {
  factor: 'ocra',
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isChallenged: true,
  transactionMax: Number.POSITIVE_INFINITY,
  methods: ['otp'],
  eventFactor: 'otp',
  option: ({ id, name }) => ({ id, kind: 'ocra', name }),
};
