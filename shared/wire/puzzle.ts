/**
 * Proof of work. While a resource or an address is under attack, the service refuses some requests with PUZZLE_NEEDED and
 * a puzzle. The frame solves it without the user, and sends the same request again with the solution in this header.
 */
export const SOLUTION_HEADER = 'countersign-solution';

/**
 * One of the numbers from 0 to `guesses - 1` is right: PBKDF2-HMAC-SHA-256 of `challenge`, with that number in decimal as
 * the salt, gives a key of 32 bytes that starts with `target`. The solution is `<challenge>.<seal>.<key>`, the key in hex.
 */
export interface Puzzle {
  challenge: string;
  seal: string;
  /** The first eight bytes, in hex. */
  target: string;
  guesses: number;
  iterations: number;
}
