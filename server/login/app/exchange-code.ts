import { resultDocument } from '../../flows/documents.ts';
import { RESULT_GRACE_MS, type ResultRecord } from '../../flows/flow.ts';
import { userContext } from '../../flows/flow-events.ts';
import { callDependency } from '../../kernel/dependency.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { appRedirectAllowed } from '../../resources/app-redirect-uris.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { transact } from '../../store/transact.ts';
import { claimsOf } from '../result-claims.ts';
import { validateResult } from '../validate-result.ts';
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
  // Before anything is read: a made-up code costs a MAC.
  const id = readCode(ports, code);
  if (!id) return refusal('APP_CODE_INVALID');
  const key = resultDocument.key(id);
  const exchanged = await transact<readonly [typeof key], Result<{ record: ResultRecord }>>(
    ports,
    key.anchor,
    [key],
    ([stored], now) => {
      const refused = refusal('APP_CODE_INVALID');
      const decision = decideExchange(stored?.value, input, now);
      if (!stored || decision === 'refused') return { answer: refused };
      const isGranted = decision === 'granted';
      const record = { ...stored.value, ...(isGranted ? { exchangedAt: now } : { withdrawnAt: now }) };
      client.onAccount?.(record.account);
      return {
        answer: isGranted ? { record } : refused,
        write: {
          put: [{ key, value: record, expiresAt: record.expiresAt + RESULT_GRACE_MS }],
          append: [createEvent(actOf(record, client), exchangeEvent(record), now)],
        },
      };
    },
  );
  if (isRefusal(exchanged)) return exchanged;
  const { record } = exchanged;
  // The address may have left the list since, and the user may have lost access.
  const [resource] = await ports.store.getMany([resourceDocument.key(record.resource)], ports.clock.now());
  const { redirectUri } = input;
  if (!resource || !appRedirectAllowed(resource.value, redirectUri, ports.issuer)) return refusal('APP_CODE_INVALID');
  const fallen = await validateResult(ports, record);
  if (fallen) return fallen;
  const result = await callDependency('signing a result', () => ports.signer.sign(claimsOf(record, ports.issuer)));
  return { result, expiresAt: record.expiresAt };
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
