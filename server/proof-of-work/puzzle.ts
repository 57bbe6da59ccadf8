import { pbkdf2 } from 'node:crypto';
import type { Puzzle } from '@countersign/protocol/puzzle';
import { networkKey, rateKey } from '../kernel/addresses.ts';
import type { ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ProofMode } from '../kernel/proof-mode.ts';
import { isSameSecret } from '../kernel/secret-token.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** What a solution pays for. One of another purpose is worth nothing. */
export type ProofPurpose = 'name' | 'guess' | 'code' | 'reset';

/** Who is asked, and for what. */
export interface PuzzleContext {
  purpose: ProofPurpose;
  resource: ResourceId;
  /** Undefined: the service does not see it. */
  address: string | undefined;
}

/** Long enough for the slowest device, too short to collect solutions for an attack. */
export const PUZZLE_LIFETIME_MS = 2 * MINUTE_MS;
/** Of one guess: long enough that the browser's own code takes the time, and not the calls to it. */
const ITERATIONS = 1_000;
export const MIN_GUESSES = 128;
/** All guesses take a slow phone about two seconds, at 2 ms each. On average half of them are needed. */
export const MAX_GUESSES = 1_024;

const KEY_BYTES = 32;
const TARGET_BYTES = 8;
const ID_BYTES = 16;

/** Undefined: no proof is needed. `load`: as a multiple of what is usual. */
export function guessesFor(mode: ProofMode, load: number): number | undefined {
  if (mode === 'off' || (mode === 'auto' && load < 1)) return undefined;
  return Math.max(MIN_GUESSES, Math.min(MAX_GUESSES, Math.floor(MIN_GUESSES * load)));
}

/**
 * A new puzzle, of which the service stores nothing: the seal is a MAC over the context and the whole key, of which the
 * puzzle shows the first bytes. So a guess without the work is a guess of the key, and a check is one MAC.
 */
export async function newPuzzle(
  ports: Pick<Ports, 'secrets' | 'random'>,
  context: PuzzleContext,
  guesses: number,
  now: number,
): Promise<Puzzle> {
  const random = Buffer.from(ports.random.bytes(ID_BYTES + 4));
  const id = random.subarray(0, ID_BYTES).toString('base64url');
  // `guesses` is at most 2^10, so the remainder of 32 bits is even to one part in 2^22.
  const right = random.readUInt32BE(ID_BYTES) % guesses;
  const challenge = `${id}.${now + PUZZLE_LIFETIME_MS}`;
  const key = (await derive(challenge, `${right}`)).toString('hex');
  const seal = sealOf(ports, context, challenge, key);
  return { challenge, seal, target: key.slice(0, 2 * TARGET_BYTES), guesses, iterations: ITERATIONS };
}

const SOLUTION = /^([\w-]{22})\.([1-9]\d{0,15})\.([\w-]{43})\.([0-9a-f]{64})$/;

/** What counts as used once the solution is accepted. Undefined: the solution is wrong, foreign or expired. */
export function checkSolution(
  ports: Pick<Ports, 'secrets'>,
  context: PuzzleContext,
  solution: string,
  now: number,
): { id: string; expiresAt: number } | undefined {
  const parts = SOLUTION.exec(solution);
  if (!parts) return undefined;
  const [, id = '', expiry = '', seal = '', key = ''] = parts;
  const expiresAt = Number(expiry);
  // Later than any puzzle of now: the clock was set back, and its use may have been forgotten.
  if (now >= expiresAt || expiresAt > now + PUZZLE_LIFETIME_MS) return undefined;
  const expected = sealOf(ports, context, `${id}.${expiry}`, key);
  return isSameSecret(seal, expected) ? { id, expiresAt } : undefined;
}

/** On a thread of its own, as it takes a moment. */
function derive(challenge: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(challenge, salt, ITERATIONS, KEY_BYTES, 'sha256', (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function sealOf(
  { secrets }: Pick<Ports, 'secrets'>,
  { purpose, resource, address }: PuzzleContext,
  challenge: string,
  key: string,
): string {
  const bound = [purpose, resource, networkOf(address), challenge, key];
  return Buffer.from(secrets.mac('proof-of-work', JSON.stringify(bound))).toString('base64url');
}

/** An IPv4 /24 or an IPv6 /64: phones change their address within it. */
function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.includes(':') ? rateKey(address) : networkKey(address);
}
