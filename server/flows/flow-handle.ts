import type { FlowId } from '../kernel/ids.ts';
import { parseSecretToken, writeSecretToken } from '../kernel/secret-token.ts';

/**
 * An id with a secret behind it: `flw_….<secret>`. Only the hash of the secret is stored. It has 192 random bits, or is what
 * `sealed-flow.ts` makes.
 */
export interface Handle {
  id: FlowId;
  secret: string;
}

/** What is sealed has bounded parts and stays below the end of this; see `sealed-flow.test.ts`. */
const SECRET = /^[A-Za-z0-9_-]{32,5000}$/;

export function writeHandle(id: FlowId, secret: string): string {
  return writeSecretToken(id, secret);
}

export function parseHandle(text: unknown): Handle | undefined {
  return parseSecretToken('flw', text, SECRET);
}

/** What a host's backend got: `lrq.` and the handle. */
export function parseLoginRequest(text: string): Handle | undefined {
  return text.startsWith('lrq.') ? parseHandle(text.slice('lrq.'.length)) : undefined;
}
