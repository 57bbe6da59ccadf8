import { callDependency } from '../../kernel/dependency.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { appRedirectAllowed } from '../../resources/app-redirect-uris.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { transact } from '../../store/transact.ts';
import { claimsOf } from '../complete-flow.ts';
import { resultDocument } from '../documents.ts';
import { RESULT_GRACE_MS, type ResultRecord } from '../flow.ts';
import { userContext } from '../flow-events.ts';
import { validateResult } from '../results/validate-result.ts';
import { decideExchange, type ExchangeInput, readCode } from './app-code.ts';

/**
 * Gives a native app, or its backend, the result of a sign-in for its code and verifier, once. A second time withdraws
 * the result, unless a backend has consumed it already.
 */
export async function exchangeCode(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'signer'> & { issuer: string },
  client: ClientInfo,
  { code, ...input }: ExchangeInput & { code: string },
): Promise<Result<{ result: string; expiresAt: number }>> {
  const invalid = refusal('APP_CODE_INVALID');
  // Before anything is read: a made-up code costs a MAC.
  const id = readCode(ports, code);
  if (!id) return invalid;
  const key = resultDocument.key(id);
  const now = ports.clock.now();
  const [held] = await ports.store.getMany([key], now);
  const expected = decideExchange(held?.value, input, now);
  if (!held || expected === 'refused') return invalid;
  client.onAccount?.(held.value.account);
  // A refusal here uses no code up. A replay is for the commit, which withdraws the result.
  const fallen = expected === 'granted' ? await validateExchange(ports, held.value) : undefined;
  if (fallen) return fallen;
  const exchanged = await transact<readonly [typeof key], Result<{ record: ResultRecord }>>(
    ports,
    key.anchor,
    [key],
    ([stored], at) => {
      const decision = decideExchange(stored?.value, input, at);
      if (!stored || decision === 'refused') return { answer: invalid };
      const isGranted = decision === 'granted';
      const record = { ...stored.value, ...(isGranted ? { exchangedAt: at } : { withdrawnAt: at }) };
      return {
        answer: isGranted ? { record } : invalid,
        write: {
          put: [{ key, value: record, expiresAt: record.expiresAt + RESULT_GRACE_MS }],
          append: [createEvent(actOf(record, client), exchangeEvent(record), at)],
        },
      };
    },
  );
  if (isRefusal(exchanged)) return exchanged;
  const { record } = exchanged;
  // As at a consumption, what has changed since the check still counts. The code is used up either way.
  const late = await validateExchange(ports, record);
  if (late) return late;
  const result = await callDependency('signing a result', () => ports.signer.sign(claimsOf(record, ports.issuer)));
  return { result, expiresAt: record.expiresAt };
}

/** The address may have left the list since the sign-in, and the user may have lost access (SR-4). */
async function validateExchange(
  ports: Pick<Ports, 'store' | 'clock'> & { issuer: string },
  record: ResultRecord,
): Promise<Refusal | undefined> {
  const [resource] = await ports.store.getMany([resourceDocument.key(record.resource)], ports.clock.now());
  const isListed = resource && record.app && appRedirectAllowed(resource.value, record.app.redirectUri, ports.issuer);
  return isListed ? validateResult(ports, record) : refusal('APP_CODE_INVALID');
}

function actOf({ account, user }: ResultRecord, client: ClientInfo) {
  return userContext({ account, ...(user !== 'test' && { user }) }, client);
}

function exchangeEvent({ user, resource, flow, withdrawnAt }: ResultRecord): EventDraft {
  return {
    type: 'result.exchanged',
    ...(user !== 'test' && { subject: user }),
    resource,
    related: [flow],
    ...(withdrawnAt !== undefined && { outcome: 'refused', reason: 'APP_CODE_INVALID' }),
  };
}
