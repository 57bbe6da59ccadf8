import { createHash, timingSafeEqual } from 'node:crypto';
import { type FlowId, parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';

/**
 * An id with a secret behind it: `flw_….<secret>`. Only the hash of the secret is stored. It has 192 random bits, or is what
 * `sealed-flow.ts` makes.
 */
export interface Handle {
  id: FlowId;
  secret: string;
}

const SECRET_BYTES = 24;
/** What is sealed has bounded parts and stays below the end of this; see `sealed-flow.test.ts`. */
const SECRET = /^[A-Za-z0-9_-]{32,5000}$/;

export function newSecret(ports: Pick<Ports, 'random'>): string {
  return secretOf(ports.random.bytes(SECRET_BYTES));
}

/** The text of the secret that these bytes begin with. */
export function secretOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, SECRET_BYTES)).toString('base64url');
}

export function writeHandle(id: FlowId, secret: string): string {
  return `${id}.${secret}`;
}

export function parseHandle(text: unknown): Handle | undefined {
  if (typeof text !== 'string') return undefined;
  const dot = text.indexOf('.');
  const id = parseId('flw', text.slice(0, Math.max(dot, 0)));
  const secret = text.slice(dot + 1);
  return id && SECRET.test(secret) ? { id, secret } : undefined;
}

/** What a host's backend got: `lrq.` and the handle. */
export function parseLoginRequest(text: string): Handle | undefined {
  return text.startsWith('lrq.') ? parseHandle(text.slice('lrq.'.length)) : undefined;
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function secretMatches(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const stored = Buffer.from(hash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}
