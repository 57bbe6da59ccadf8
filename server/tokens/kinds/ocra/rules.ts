import { pinHashContext, sealedSeed } from '../../seed-context.ts';
import type { OcraToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';
import { ocraImport } from './import-ocra.ts';
import { parseSuite } from './suite.ts';

export const ocraRules: TokenKindRules<OcraToken> = {
  factor: 'ocra',
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isRestricted: false,
  isMailbox: false,
  isChallenged: true,
  transactionMax: Number.POSITIVE_INFINITY,
  methods: ['otp'],
  eventFactor: 'otp',
  canHavePin: true,
  isBoundToOwner: false,
  isVoidAfterRestore: false,
  seed: {
    movingFactor: ({ suite }) => `ocra/${suite}`,
    firstUnused: ({ nextCounter }) => nextCounter,
    stepMs: () => undefined,
  },
  import: ocraImport,
  // A token without a counter answers new questions only.
  restore: (token) =>
    parseSuite(token.factor.suite)?.counter === false ? token : { ...token, needsResync: true as const },
  present: ({ factor }) => ({ suite: factor.suite }),
  sealedSecrets: ({ account, id, sealedSecret, sealedPinHash }) => [
    sealedSeed(account, { token: id, sealedSecret }),
    ...(sealedPinHash === undefined ? [] : [{ sealed: sealedPinHash, context: pinHashContext(account, id) }]),
  ],
  option: ({ id, name }) => ({ id, kind: 'ocra', name }),
};
