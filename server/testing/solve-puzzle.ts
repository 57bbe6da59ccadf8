import { pbkdf2Sync } from 'node:crypto';
import type { Puzzle } from '@countersign/protocol/puzzle';

/** The solution, and how many guesses it took. */
export function solvePuzzle({ challenge, seal, target, guesses, iterations }: Puzzle): { text: string; tries: number } {
  for (let guess = 0; guess < guesses; guess++) {
    const key = pbkdf2Sync(challenge, `${guess}`, iterations, 32, 'sha256').toString('hex');
    if (key.startsWith(target)) return { text: `${challenge}.${seal}.${key}`, tries: guess + 1 };
  }
  throw new Error('The puzzle has no solution.');
}
