import { networkKey } from '../kernel/addresses.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { admitPuzzle } from './admit-puzzle.ts';
import { addressOf, isCalm, pressureOn, type Target } from './pressure.ts';
import {
  checkSolution,
  guessesFor,
  newPuzzle,
  type ProofPurpose,
  PUZZLE_LIFETIME_MS,
  type PuzzleContext,
} from './puzzle.ts';

type ProofNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'proofOfWork'>;

interface ProofRequest {
  purpose: ProofPurpose;
  resource: ResourceId;
  account?: AccountId;
  client: ClientInfo;
  /** As the client sent it. */
  solution: string | undefined;
}

/** Whether any request may be asked for work. While all is calm, nothing more is read for it. */
export function mayDemandProof(ports: Pick<ProofNeeds, 'store' | 'clock' | 'proofOfWork'>): boolean {
  const { proofOfWork: mode = 'off' } = ports;
  return mode === 'always' || (mode === 'auto' && !isCalm(ports, ports.clock.now()));
}

/**
 * Refuses a request with a puzzle if what it is about is under attack and it brings no new solution. All limits still
 * apply behind it. A wrong solution writes nothing, so only work fills the counters (SR-65); a right one counts once over
 * all processes.
 */
export async function demandProof(ports: ProofNeeds, request: ProofRequest): Promise<Refusal | undefined> {
  const proof = await assessProof(ports, request);
  return typeof proof === 'string' ? undefined : proof;
}

/** Like {@link demandProof}. `shown`: work was asked for, and the request brings it. `none`: none was asked for. */
export async function assessProof(ports: ProofNeeds, request: ProofRequest): Promise<Refusal | 'shown' | 'none'> {
  const { purpose, resource, client, solution } = request;
  const { proofOfWork: mode = 'off', clock } = ports;
  if (!mayDemandProof(ports)) return 'none';
  const now = clock.now();
  const guesses = guessesFor(mode, pressureOn(ports, targetsOf(request), now));
  if (guesses === undefined) return 'none';
  const context: PuzzleContext = { purpose, resource, address: client.address };
  if (solution !== undefined && (await acceptOnce(ports, context, solution, now))) return 'shown';
  const tooMany = admitPuzzle(ports, client, now);
  return tooMany ?? refusal('PUZZLE_NEEDED', { puzzle: await newPuzzle(ports, context, guesses, now) });
}

async function acceptOnce(ports: ProofNeeds, context: PuzzleContext, solution: string, now: number): Promise<boolean> {
  const right = checkSolution(ports, context, solution, now);
  if (!right) return false;
  // In the window of its expiry, whenever it is used: the count does not start again while the solution is valid.
  const used = await ports.store.increment(`proofs/${right.id}`, PUZZLE_LIFETIME_MS, 1, right.expiresAt);
  return used.allowed;
}

function targetsOf({ purpose, resource, account, client }: ProofRequest): Target[] {
  const { address } = client;
  return [
    'process',
    `resource/${resource}`,
    `address/${addressOf(client)}`,
    ...(address === undefined ? [] : [`network/${networkKey(address)}` as const]),
    ...(purpose === 'code' ? (['codes/all'] as const) : []),
    ...(purpose === 'code' && account !== undefined ? [`codes/${account}` as const] : []),
  ];
}
