import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createSecretBox } from '../platform/secret-box/secret-box.ts';
import { solvePuzzle } from '../testing/solve-puzzle.ts';
import { START, seededRandom } from '../testing/test-ports.ts';
import {
  checkSolution,
  guessesFor,
  MAX_GUESSES,
  MIN_GUESSES,
  newPuzzle,
  PUZZLE_LIFETIME_MS,
  type PuzzleContext,
} from './puzzle.ts';

const ports = { secrets: createSecretBox(new Uint8Array(32).fill(7)), random: seededRandom('puzzles') };
const context: PuzzleContext = {
  purpose: 'name',
  resource: 'res_00000000001',
  address: '198.51.100.7',
};
const solved = async (guesses = 16, asked = context) => solvePuzzle(await newPuzzle(ports, asked, guesses, START)).text;

describe('the number of guesses', () => {
  test('is within its bounds, and grows with the load', () => {
    const load = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(load, load, fc.constantFrom('auto' as const, 'always' as const), (one, other, mode) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((at) => guessesFor(mode, at) ?? 0);
        expect(low).toBeGreaterThanOrEqual(MIN_GUESSES);
        expect(high).toBeLessThanOrEqual(MAX_GUESSES);
        expect(low).toBeLessThanOrEqual(high ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['off', 100, undefined],
    ['auto', 0.99, undefined],
    ['auto', 1, MIN_GUESSES],
    ['always', 0, MIN_GUESSES],
    ['always', 100, MAX_GUESSES],
  ] as const)('%s at %s times the usual: %s', (mode, load, guesses) => {
    expect(guessesFor(mode, load)).toBe(guesses);
  });
});

// SR-75
describe('SR-75: a solution', () => {
  test('is accepted until the puzzle expires, also from another address of the network', async () => {
    const solution = await solved();
    const at = START + PUZZLE_LIFETIME_MS - 1;
    expect(checkSolution(ports, { ...context, address: '198.51.100.200' }, solution, at)).toMatchObject({
      expiresAt: START + PUZZLE_LIFETIME_MS,
    });
  });

  // The attack: solve puzzles ahead, where and when it is cheap, and spend them elsewhere or later.
  test.each([
    ['at another resource', { ...context, resource: 'res_00000000002' as const }, START],
    ['for another purpose', { ...context, purpose: 'code' as const }, START],
    ['from another network', { ...context, address: '198.51.101.7' }, START],
    ['without an address', { ...context, address: undefined }, START],
    ['after it expired', context, START + PUZZLE_LIFETIME_MS],
    ['after the clock was set back', context, START - 1],
  ])('is worth nothing %s', async (_where, there, now) => {
    expect(checkSolution(ports, there, await solved(), now)).toBeUndefined();
  });

  test('from an IPv6 address is bound to its /64', async () => {
    const solution = await solved(16, { ...context, address: '2001:db8:1:2::1' });
    expect(checkSolution(ports, { ...context, address: '2001:db8:1:2:ffff::9' }, solution, START)).toBeDefined();
    expect(checkSolution(ports, { ...context, address: '2001:db8:1:3::1' }, solution, START)).toBeUndefined();
  });

  // The attack: change any part, such as the expiry, or guess the key from the target that the puzzle shows.
  test('is worth nothing with any character changed, or from another installation', async () => {
    const solution = await solved();
    expect(checkSolution({ secrets: createSecretBox(new Uint8Array(32).fill(8)) }, context, solution, START)).toBe(
      undefined,
    );
    for (let at = 0; at < solution.length; at++) {
      const other = solution[at] === '1' ? '2' : '1';
      const changed = solution.slice(0, at) + other + solution.slice(at + 1);
      const isSame = checkSolution(ports, context, changed, START) !== undefined;
      expect(isSame, changed).toBe(false);
    }
    // The last character of base64url has spare bits.
    const [seal = '', key = ''] = solution.split('.').slice(2);
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(
      seal.at(-1) ?? '',
      '',
    )) {
      const changed = solution.replace(`${seal}.${key}`, `${seal.slice(0, -1)}${last}.${key}`);
      expect(checkSolution(ports, context, changed, START), changed).toBeUndefined();
    }
  });

  test('is refused without an error, whatever is sent', async () => {
    for (const text of [
      '',
      '.',
      '...',
      'x'.repeat(10_000),
      `${await solved()} `,
      `x${await solved()}`,
      '\n'.repeat(4),
    ]) {
      expect(checkSolution(ports, context, text, START)).toBeUndefined();
    }
  });
});

// The attack: read the solution from the puzzle, or use another MAC of the service as its seal.
test('a puzzle shows a quarter of its key, and its seal is good for nothing else', async () => {
  const mac = vi.spyOn(ports.secrets, 'mac');
  const puzzle = await newPuzzle(ports, context, 8, START);
  expect(puzzle.target).toMatch(/^[0-9a-f]{16}$/);
  expect(mac.mock.calls.map(([purpose]) => purpose)).toEqual(['proof-of-work']);
  mac.mockRestore();
});

// Precomputation: nothing of a puzzle is known before the service makes it.
test('no two puzzles are alike, and each has one solution within its guesses', async () => {
  const puzzles = await Promise.all(Array.from({ length: 20 }, () => newPuzzle(ports, context, 8, START)));
  expect(new Set(puzzles.map(({ challenge }) => challenge)).size).toBe(20);
  const tries = puzzles.map((puzzle) => solvePuzzle(puzzle).tries);
  expect(Math.max(...tries)).toBeLessThanOrEqual(8);
  expect(new Set(tries).size).toBeGreaterThan(2);
});
