import type { LoginRequest } from '../domain/flow.ts';
import { LOGIN_REQUEST_ATTEMPTS, LOGIN_REQUEST_LIFETIME_MS } from '../domain/flow.ts';
import type { AccountId, FlowId, ResourceId } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { ABSENT } from '../ports/store.ts';
import { findUser } from './find-user.ts';
import { hashSecret, newSecret, writeHandle } from './flow-handle.ts';
import { newOperation } from './transact.ts';
import { refusal, type Verdict } from './verdict.ts';

/**
 * A host that has its own passwords asks for the second factor of one person: single use, 120 s to begin with, a cap of
 * attempts. Whether the person may come in is decided when the widget begins with it, and again at every step.
 */
export async function createLoginRequest(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  input: {
    id: FlowId;
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

  const secret = newSecret(ports);
  const request: LoginRequest = {
    flow: input.id,
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
  const key = documents.loginRequest(input.id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: request, expiresAt: request.expiresAt }],
  });
  if (outcome === 'conflict') return refusal('CONTENTION');
  return { loginRequest: `lrq.${writeHandle(input.id, secret)}`, expiresAt: request.expiresAt };
}
