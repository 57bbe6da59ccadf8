import type { LoginRequest } from '../domain/flow.ts';
import { LOGIN_REQUEST_ATTEMPTS, LOGIN_REQUEST_LIFETIME_MS } from '../domain/flow.ts';
import type { AccountId, FlowId, ResourceId } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { ABSENT } from '../ports/store.ts';
import type { Birth } from './create-object.ts';
import { findUser } from './find-user.ts';
import { hashSecret, newSecret, secretMatches, secretOf, writeHandle } from './flow-handle.ts';
import { newOperation } from './transact.ts';
import { refusal, type Verdict } from './verdict.ts';

/**
 * A host that has its own passwords asks for the second factor of one person: single use, 120 s to begin with, a cap of
 * attempts. Whether the person may come in is decided when the widget begins with it, and again at every step.
 */
export async function createLoginRequest(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  birth: Birth<FlowId>,
  input: {
    account: AccountId;
    resource: ResourceId;
    user: string;
    nonce: string;
    passwordChecked: boolean;
  },
): Promise<Verdict<{ loginRequest: string; expiresAt: number }>> {
  const now = ports.clock.now();
  const [resource] = await ports.store.getMany([documents.resource(input.resource)], now);
  if (resource?.value.account !== input.account) return refusal('RESOURCE_NOT_FOUND');
  const user = await findUser(ports, input.account, input.user);
  if (!user) return refusal('USER_NOT_FOUND');

  const { id } = birth;
  const secret = birth.madeWith === undefined ? newSecret(ports) : derivedSecret(ports, birth.madeWith);
  const request: LoginRequest = {
    flow: id,
    account: input.account,
    resource: input.resource,
    user: user.id,
    nonce: input.nonce,
    hostCheckedPassword: input.passwordChecked,
    secretHash: hashSecret(secret),
    attemptsLeft: LOGIN_REQUEST_ATTEMPTS,
    createdAt: now,
    expiresAt: now + LOGIN_REQUEST_LIFETIME_MS,
  };
  const key = documents.loginRequest(id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: request, expiresAt: request.expiresAt }],
  });
  if (outcome === 'committed') return { loginRequest: writeLoginRequest(id, secret), expiresAt: request.expiresAt };
  // Made before with the same Idempotency-Key, by a request that broke off before it could answer?
  const [made] = await ports.store.getMany([key], now);
  return made && secretMatches(secret, made.value.secretHash) && made.value.account === input.account
    ? { loginRequest: writeLoginRequest(id, secret), expiresAt: made.value.expiresAt }
    : refusal('CONTENTION');
}

function writeLoginRequest(id: FlowId, secret: string): string {
  return `lrq.${writeHandle(id, secret)}`;
}

/** The same for the same Idempotency-Key, so that a repetition after a crash half-way answers what was made. */
function derivedSecret(ports: Pick<Ports, 'secrets'>, madeWith: string): string {
  return secretOf(ports.secrets.mac('login-request', madeWith));
}
