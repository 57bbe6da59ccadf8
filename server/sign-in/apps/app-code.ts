import { hash } from 'node:crypto';
import { type FlowId, parseId, type ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isSameSecret, writeSecretToken } from '../../kernel/secret-token.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import type { AppReturn, ResultRecord } from '../flow.ts';

/** A code lives no longer, and no longer than its result (RFC 6749, 4.1.2: at most ten minutes). */
const CODE_LIFETIME_MS = MINUTE_MS;

/**
 * The code that an app exchanges for the result: the id of the flow and its MAC under a key of the service. The store
 * holds nothing from which a code could be made, and a page that asks again gets the same one.
 */
export function codeOf(ports: Pick<Ports, 'secrets'>, { flow }: Pick<ResultRecord, 'flow'>): string {
  return writeSecretToken(flow, Buffer.from(ports.secrets.mac('app-code', flow)).toString('base64url'));
}

/** The flow of a code that the service has made. Undefined for every other text. */
export function readCode(ports: Pick<Ports, 'secrets'>, code: string): FlowId | undefined {
  const flow = parseId('flw', code.split('.')[0]);
  return flow && isSameSecret(code, codeOf(ports, { flow })) ? flow : undefined;
}

/** The address that leads back to the app. `iss` tells it which service answers (RFC 9207). */
export function returnAddress(
  { redirectUri, state }: Pick<AppReturn, 'redirectUri' | 'state'>,
  answer: { code: string } | { error: 'access_denied' },
  issuer: string,
): string {
  return `${redirectUri}?${new URLSearchParams({ ...answer, state, iss: issuer })}`;
}

/** What comes with a code. */
export interface ExchangeInput {
  resource: ResourceId;
  redirectUri: string;
  codeVerifier: string;
}

type ExchangeDecision = 'granted' | 'replayed' | 'refused';

/**
 * Decides on a code that the service has made. Without the verifier nothing changes: the code stays valid, and it is no
 * replay. `replayed`: two callers know the verifier, so the result of the first is withdrawn (RFC 6749, 4.1.2).
 */
export function decideExchange(
  record: Pick<ResultRecord, 'resource' | 'app' | 'issuedAt' | 'expiresAt' | 'exchangedAt' | 'withdrawnAt'> | undefined,
  { resource, redirectUri, codeVerifier }: ExchangeInput,
  now: number,
): ExchangeDecision {
  if (!record?.app) return 'refused';
  const { app, issuedAt, expiresAt, exchangedAt, withdrawnAt } = record;
  const challenge = hash('sha256', codeVerifier, 'base64url');
  const isOfRequest =
    isSameSecret(challenge, app.codeChallenge) && resource === record.resource && redirectUri === app.redirectUri;
  if (!isOfRequest) return 'refused';
  if (exchangedAt !== undefined) return withdrawnAt === undefined ? 'replayed' : 'refused';
  return now < Math.min(issuedAt + CODE_LIFETIME_MS, expiresAt) ? 'granted' : 'refused';
}
