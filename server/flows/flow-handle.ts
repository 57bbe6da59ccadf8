import type { FlowId } from '../kernel/ids.ts';
import { parseSecretToken, writeSecretToken } from '../kernel/secret-token.ts';

/**
 * An id with a secret: `flw_….<secret>`. Only the hash of the secret is stored. It has 192 random bits, or is a flow
 * sealed by `sealed-flow.ts`.
 */
export interface Handle {
  id: FlowId;
  secret: string;
}

/** The parts of a sealed flow are bounded and stay below this length; see `sealed-flow.test.ts`. */
const SECRET = /^[A-Za-z0-9_-]{32,5000}$/;

export function writeHandle(id: FlowId, secret: string): string {
  return writeSecretToken(id, secret);
}

export function parseHandle(text: unknown): Handle | undefined {
  return parseSecretToken('flw', text, SECRET);
}

/** The login request that a host's backend received: `lrq.` and the handle. */
export function parseLoginRequest(text: string): Handle | undefined {
  return text.startsWith('lrq.') ? parseHandle(text.slice('lrq.'.length)) : undefined;
}
