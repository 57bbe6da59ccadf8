import type { RefusalCode } from '@countersign/protocol/codes';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Challenge } from './challenge.ts';
import { resynchronise } from './kinds/oath/resync.ts';
import { openOcraToken } from './kinds/ocra/ocra-token.ts';
import { resynchroniseOcra } from './kinds/ocra/resync.ts';
import { seedContext } from './seed-context.ts';
import { isOath, isOcra, type OathFactor, type OathToken, type OcraToken, type Token } from './token.ts';

/** The scopes of the two questions of a resynchronisation, first and second. */
export const RESYNC_SCOPES = ['resync/1', 'resync/2'] as const;

export type ResyncResult =
  | { kind: 'found'; next: Token }
  | { kind: 'not-found' }
  | { kind: 'refused'; code: Extract<RefusalCode, 'TOKEN_KIND_UNFIT' | 'NOTHING_ASKED'> };

const UNFIT = { kind: 'refused', code: 'TOKEN_KIND_UNFIT' } as const;

/**
 * The counter or clock of a token, found by two consecutive codes; for OCRA by its answers to the two questions.
 *
 * @param questions of {@link RESYNC_SCOPES}, if they exist
 */
export function findResync(
  ports: Pick<Ports, 'secrets'>,
  token: Token,
  questions: readonly (Challenge | undefined)[],
  otps: readonly [string, string],
  now: number,
): ResyncResult {
  if (isOath(token)) return ofOath(ports, token, otps, now);
  return isOcra(token) ? ofOcra(ports, token, questions, otps, now) : UNFIT;
}

function ofOath(
  ports: Pick<Ports, 'secrets'>,
  token: OathToken,
  otps: readonly [string, string],
  now: number,
): ResyncResult {
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const place = resynchronise(token, secret, otps, now);
  if (place.kind === 'not-found') return place;
  const { nextCounter, driftSteps } = place;
  return { kind: 'found', next: { ...found(token), nextCounter, factor: withDrift(token.factor, driftSteps) } };
}

function ofOcra(
  ports: Pick<Ports, 'secrets'>,
  token: OcraToken,
  questions: readonly (Challenge | undefined)[],
  [first, second]: readonly [string, string],
  now: number,
): ResyncResult {
  const [one, two] = questions;
  const { verifiable, secret, bound } = openOcraToken(ports, token);
  if (!verifiable.suite.counter && !verifiable.suite.time) return UNFIT;
  if (one?.kind !== 'ocra' || two?.kind !== 'ocra') return { kind: 'refused', code: 'NOTHING_ASKED' };
  const answers = [
    { question: one.question, answer: first },
    { question: two.question, answer: second },
  ] as const;
  const place = resynchroniseOcra(verifiable, secret, answers, bound, now);
  if (place.kind !== 'found') return place.kind === 'no-place' ? UNFIT : place;
  const { nextCounter, driftSteps } = place;
  return { kind: 'found', next: { ...found(token), nextCounter, factor: { ...token.factor, driftSteps } } };
}

function found<T extends Token>(token: T): T {
  const { needsResync: _found, resyncFailures: _forgiven, ...known } = token;
  // Clearing the flag keeps the kind of token, which TypeScript cannot infer for the rest.
  return known as unknown as T;
}

function withDrift(factor: OathFactor, driftSteps: number | undefined): OathFactor {
  return factor.kind === 'hotp' || driftSteps === undefined ? factor : { ...factor, driftSteps };
}
