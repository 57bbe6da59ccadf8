import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { ABSENT } from '../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { hashSecret, newSecret, secretMatches, secretOf } from '../../kernel/secret-token.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { newOperation } from '../../store/transact.ts';
import { loginRequestDocument } from '../documents.ts';
import { LOGIN_REQUEST_ATTEMPTS, type LoginRequest } from '../flow.ts';
import { writeHandle } from '../stored-flow.ts';

/** Stores a host's request and returns the input for the page to start with. */
export async function storeLoginRequest(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  act: RequestContext,
  birth: NewId<FlowId>,
  type: 'login-request.created' | 'transaction.created',
  asked: Omit<LoginRequest, 'flow' | 'account' | 'secretHash' | 'attemptsLeft' | 'createdAt' | 'usedAt'>,
): Promise<Result<{ loginRequest: string; request: LoginRequest }>> {
  const { account } = act.actor;
  const { id } = birth;
  const now = ports.clock.now();
  const secret = birth.madeWith === undefined ? newSecret(ports) : derivedSecret(ports, birth.madeWith);
  const request: LoginRequest = {
    ...asked,
    flow: id,
    account,
    secretHash: hashSecret(secret),
    attemptsLeft: LOGIN_REQUEST_ATTEMPTS,
    createdAt: now,
  };
  const { resource, user, transaction } = request;
  const event = {
    type,
    resource,
    ...omitUndefined({ subject: user, transaction: transaction?.hash }),
  };
  const key = loginRequestDocument.key(id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: request, expiresAt: request.expiresAt }],
    append: [createEvent(act, event, now)],
  });
  if (outcome === 'committed') return { loginRequest: writeLoginRequest(id, secret), request };
  // Created before with the same Idempotency-Key, by a request that failed before its response?
  const [made] = await ports.store.getMany([key], now);
  return made && secretMatches(secret, made.value.secretHash) && made.value.account === account
    ? { loginRequest: writeLoginRequest(id, secret), request: made.value }
    : refusal('CONTENTION');
}

function writeLoginRequest(id: FlowId, secret: string): string {
  return `lrq.${writeHandle(id, secret)}`;
}

/** The same for the same Idempotency-Key, so that a retry after a crash returns the first result. */
function derivedSecret(ports: Pick<Ports, 'secrets'>, madeWith: string): string {
  return secretOf(ports.secrets.mac('login-request', madeWith));
}
