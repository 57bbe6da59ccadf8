import { wrongInput } from '../../../kernel/result.ts';
import type { SentToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';
import { ADDRESS_FORMS, isAddressFor, maskedAddress, moved } from './out-of-band-code.ts';

const sentRules = {
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isChallenged: true,
  eventFactor: 'otp',
  canHavePin: true,
  isBoundToOwner: false,
  isVoidAfterRestore: false,
  // Challenges are not restored, so every code that was sent is void.
  restore: (token) => token,
  present: () => ({}),
  address: ({ factor }) => factor.to,
  withAddress: (token, to) => {
    const { kind } = token.factor;
    if (!isAddressFor(kind, to)) return wrongInput('to', ADDRESS_FORMS[kind]);
    return token.factor.to === to ? token : moved(token, to);
  },
  option: ({ id, name, factor }) => ({ id, kind: factor.kind, name, to: maskedAddress(factor) }),
} satisfies Omit<TokenKindRules<SentToken>, 'factor' | 'methods' | 'isRestricted' | 'isMailbox'>;

export const smsRules: TokenKindRules<SentToken> = {
  ...sentRules,
  factor: 'sms',
  // A phone number can be taken over (NIST SP 800-63B-4 section 3.2.9).
  isRestricted: true,
  isMailbox: false,
  methods: ['otp', 'sms'],
  // What fits into a text message, in any script. A longer transaction is not cut, but not sent that way.
  transactionMax: 240,
};

export const emailRules: TokenKindRules<SentToken> = {
  ...sentRules,
  factor: 'email',
  isRestricted: false,
  isMailbox: true,
  methods: ['otp'],
  transactionMax: Number.POSITIVE_INFINITY,
};
