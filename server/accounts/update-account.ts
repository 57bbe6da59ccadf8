import { mayAdminister } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type IfMatchVersions, isUnchangedSince } from '../records/etag.ts';
import { versionConflict } from '../records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import type { Account } from './account.ts';
import { accountDocument } from './documents.ts';

export function updateAccount(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  changes: { name?: string | undefined },
  seen?: IfMatchVersions,
): Promise<Result<{ account: Account }>> {
  const key = accountDocument.key(act.actor.account);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ account: Account }>> => {
    if (!mayAdminister(act.actor)) return { answer: refusal('FORBIDDEN') };
    if (!stored) return { answer: refusal('ACCOUNT_NOT_FOUND') };
    if (!isUnchangedSince(stored.value, seen)) return { answer: versionConflict(stored.value) };
    const { name = stored.value.name } = changes;
    if (name === stored.value.name) return { answer: { account: stored.value } };
    const account = { ...stored.value, name };
    const event = createEvent(act, { type: 'account.updated', subject: account.id, changed: ['name'] }, now);
    return { answer: { account }, write: { put: [{ key, value: account }], append: [event] } };
  });
}
