import { readFileSync } from 'node:fs';
import type { ResultAlgorithm } from '../src/results/claims.ts';
import type { TransactionReference } from '../src/transactions/transaction.ts';

interface Setup {
  issuer: string;
  resource: string;
  nonce: string | null;
  /** Seconds since the epoch. */
  now: number;
  clockToleranceS: number;
  maxLifetimeS: number;
  algorithms: ResultAlgorithm[];
  origin?: string;
  requireOtp?: boolean;
  acr?: '1' | '2';
  transaction?: TransactionReference;
  acceptTest?: boolean;
}

interface Vectors {
  defaults: Setup & { nonce: string };
  jwks: { keys: Record<string, unknown>[] };
  cases: {
    name: string;
    jwt: string | { prefix: string; repeat: string; times: number; suffix: string };
    expect: string;
    options?: Partial<Setup>;
  }[];
}

export type VectorCase = Vectors['cases'][number];

export const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('../../../shared/vectors/results.json', import.meta.url), 'utf8'),
);

/** The text of a case, long ones written out. */
export function textOf({ jwt }: VectorCase): string {
  return typeof jwt === 'string' ? jwt : jwt.prefix + jwt.repeat.repeat(jwt.times) + jwt.suffix;
}

/** The text of the case of that name. */
export function vector(name: string): string {
  const found = VECTORS.cases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no vector "${name}".`);
  return textOf(found);
}
