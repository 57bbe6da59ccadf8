import type { SentToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';
import { maskedAddress } from './out-of-band-code.ts';

const sentRules = {
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isChallenged: true,
  eventFactor: 'otp',
  option: ({ id, name, factor }) => ({ id, kind: factor.kind, name, to: maskedAddress(factor) }),
} satisfies Omit<TokenKindRules<SentToken>, 'factor' | 'methods'>;

export const smsRules: TokenKindRules<SentToken> = {
  ...sentRules,
  factor: 'sms',
  methods: ['otp', 'sms'],
  // What fits into a text message, in any script. A longer transaction is not cut, but not sent that way.
  transactionMax: 240,
};

export const emailRules: TokenKindRules<SentToken> = {
  ...sentRules,
  factor: 'email',
  methods: ['otp'],
  transactionMax: Number.POSITIVE_INFINITY,
};
