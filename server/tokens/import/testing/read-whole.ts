import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashRawSync } from '@node-rs/argon2';
import type { ImportedOathToken, ImportedToken, ImportFile } from '../import-file.ts';
import { type DerivationNeeded, type ImportOptions, readFile } from '../read-file.ts';

export const NOW = 1_800_000_000_000;

/** Reads a file as the service does, without pauses. */
export function readWhole(
  content: string | Uint8Array,
  options: Partial<ImportOptions> = {},
): ImportFile | { flaw: string } {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const reading = readFile(bytes, { format: 'auto', ...options }, NOW);
  let step = reading.next();
  while (!step.done) {
    step = reading.next(step.value && derive(step.value));
  }
  return step.value;
}

function derive(needed: DerivationNeeded): Uint8Array {
  const { password, salt, keyBytes } = needed;
  if ('hash' in needed) return pbkdf2Sync(password, salt, needed.iterations, keyBytes, needed.hash);
  if ('memoryKiB' in needed) {
    const { memoryKiB: memoryCost, iterations: timeCost, parallelism } = needed;
    return hashRawSync(password, { memoryCost, timeCost, parallelism, salt, outputLen: keyBytes });
  }
  const { cost, blockSize, parallelism: parallelization } = needed;
  return scryptSync(password, salt, keyBytes, { cost, blockSize, parallelization, maxmem: 2 ** 27 });
}

/** The outcome of each row: its seed in hexadecimal, or its flaw; or the flaw of the file. */
export function outcomesOf(file: ReturnType<typeof readWhole>): string[] | string {
  if ('flaw' in file) return file.flaw;
  return file.rows.map(({ outcome }) =>
    'flaw' in outcome ? outcome.flaw : Buffer.from(outcome.token.secret).toString('hex'),
  );
}

/** A token that shows its own codes. */
export function oathOf(token: ImportedToken): ImportedOathToken {
  if (token.kind === 'ocra') throw new Error('a token that answers questions');
  return token;
}

/** A figure of RFC 6030. */
export function figure(number: number): string {
  return readFileSync(new URL(`rfc6030/figure-${number}.xml`, import.meta.url), 'utf8');
}
