import { type Puzzle, SOLUTION_HEADER } from '@countersign/protocol/puzzle';

/** Longer than a request can wait for password hashing. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Solves the puzzle of a refusal, and sends the request again. Loaded only when a puzzle is asked for. A second one means
 * that the solution came too late, or from another network: the user then tries again.
 */
export async function solve(refused: Response, [address, request]: Parameters<typeof fetch>): Promise<Response> {
  const { puzzle } = (await refused.json()) as { puzzle: Puzzle };
  return fetch(address, {
    ...request,
    headers: { ...request?.headers, [SOLUTION_HEADER]: await findSolution(puzzle) },
    // The time of the first request may have run out with the work.
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
}

/** Guesses that run at the same time: the browser computes each on a thread of its own, beside the page. */
const AT_ONCE = 8;

async function findSolution({ challenge, seal, target, guesses, iterations }: Puzzle): Promise<string> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const password = await crypto.subtle.importKey('raw', encode(challenge), 'PBKDF2', false, ['deriveBits']);
  const keyOf = async (guess: number) => {
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: encode(`${guess}`), iterations };
    const bits = await crypto.subtle.deriveBits(how, password, 256);
    return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  for (let first = 0; first < guesses; first += AT_ONCE) {
    const keys = await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => keyOf(first + at)));
    const right = keys.find((key) => key.startsWith(target));
    if (right) return `${challenge}.${seal}.${right}`;
  }
  throw new Error('The puzzle has no solution.');
}
