import { readFileSync } from 'node:fs';
import type { ResultAlgorithm } from '@countersign/protocol/result';
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
  app?: boolean;
  requireOtp?: boolean;
  acr?: '1' | '2';
  transaction?: TransactionReference;
  acceptTest?: boolean;
  maxAgeMs?: number;
}

export interface LongText {
  prefix: string;
  repeat: string;
  times: number;
  suffix: string;
}

interface Vectors {
  defaults: Setup & { nonce: string };
  jwks: { keys: Record<string, unknown>[] };
  cases: {
    name: string;
    jwt: string | LongText;
    expect: string;
    options?: Partial<Setup>;
  }[];
}

export type VectorCase = Vectors['cases'][number];

export const VECTORS: Vectors = readVectors('results.json');

/** The same, about nonces alone. */
export const NONCE_VECTORS: Vectors = readVectors('nonces.json');

export interface WebhookVectors {
  defaults: { secrets: string[]; now: number; toleranceMs: number };
  cases: {
    name: string;
    headers: { name: string; value: string }[];
    body: string | LongText | { base64: string };
    expect: string;
    event?: { id: string; type: string; at: number; data: object };
    options?: { secrets?: string[]; now?: number; toleranceMs?: number };
  }[];
}

export const WEBHOOK_VECTORS: WebhookVectors = readVectors('webhooks.json');

export function readVectors<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`../../../shared/vectors/${name}`, import.meta.url), 'utf8'));
}

/** The text of a case, long ones written out. */
export function textOf({ jwt }: VectorCase): string {
  return written(jwt);
}

export function written(text: string | LongText): string {
  return typeof text === 'string' ? text : text.prefix + text.repeat.repeat(text.times) + text.suffix;
}

/** The text of the case of that name. */
export function vector(name: string): string {
  const found = VECTORS.cases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no vector "${name}".`);
  return textOf(found);
}
