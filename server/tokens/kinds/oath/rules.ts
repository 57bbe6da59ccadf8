import { sealedSeed } from '../../seed-context.ts';
import type { OathToken } from '../../token.ts';
import type { TokenKindRules } from '../kind-rules.ts';
import { oathImport } from './import-oath.ts';
import { DRIFT_MAX_STEPS } from './otp-window.ts';

const OPTION = { id: 'code', kind: 'code' } as const;

/** Tokens that show their own codes are tried together. */
export const oathRules: TokenKindRules<OathToken> = {
  factor: 'code',
  step: 'otp',
  answer: 'code',
  isSubstitute: false,
  isRestricted: false,
  isMailbox: false,
  isChallenged: false,
  anonymousOption: OPTION,
  methods: ['otp'],
  eventFactor: 'otp',
  canHavePin: true,
  isBoundToOwner: false,
  isVoidAfterRestore: false,
  seed: {
    movingFactor: (factor) => (factor.kind === 'totp' ? `totp/${factor.periodMs}` : 'hotp'),
    // A code shown before its time stays refused at its time.
    firstUnused: ({ nextCounter, spoiled = [] }) => Math.max(nextCounter, ...spoiled.map((step) => step + 1)),
    stepMs: (factor) => (factor.kind === 'totp' ? factor.periodMs : undefined),
  },
  import: oathImport,
  restore: restoreOath,
  present: ({ algorithm, digits, factor }) => ({
    algorithm,
    digits,
    ...(factor.kind === 'totp' && { periodMs: factor.periodMs }),
  }),
  sealedSecrets: ({ account, id, sealedSecret }) => [sealedSeed(account, { token: id, sealedSecret })],
  option: () => OPTION,
};

/** A device may have been found to run ahead after the backup; this much of short steps is given up for it. */
const UNKNOWN_DRIFT_MS = 120_000;

/**
 * TOTP: all steps that could have been accepted until now are used up. HOTP: no code counts until two in a row have
 * shown the device's counter; the search starts at the backup's counter, so it never goes back.
 */
function restoreOath(token: OathToken, now: number): OathToken {
  const { factor } = token;
  if (factor.kind === 'hotp') return { ...token, needsResync: true };
  const known = Math.max(0, Math.trunc(factor.driftSteps));
  const unknown = Math.min(DRIFT_MAX_STEPS, Math.floor(UNKNOWN_DRIFT_MS / factor.periodMs));
  const floor = Math.floor(now / factor.periodMs) + Math.max(known, unknown) + 1;
  return { ...token, nextCounter: Math.max(token.nextCounter, floor) };
}
