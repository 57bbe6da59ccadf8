import type { WebauthnToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';

/** All passkeys of a user share one option: the browser finds the available one. */
export const passkeyRules: TokenKindRules<WebauthnToken> = {
  factor: 'webauthn',
  step: 'passkey',
  answer: 'webauthn',
  isSubstitute: false,
  isRestricted: false,
  isMailbox: false,
  // Its challenge is stored in the sign-in.
  isChallenged: false,
  transactionMax: Number.POSITIVE_INFINITY,
  methods: [],
  eventFactor: 'passkey',
  canHavePin: false,
  isBoundToOwner: true,
  isVoidAfterRestore: false,
  // A device signs every challenge once, and challenges are not restored.
  restore: (token) => token,
  present: ({ factor }) => ({ discoverable: factor.discoverable, synced: factor.synced }),
  option: () => ({ id: 'passkey', kind: 'webauthn' }),
  matches: ({ factor }, answer) => answer.kind === 'webauthn' && factor.credentialId === answer.assertion.id,
};
