import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { mayAdminister } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { versionConflict } from '../store/records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import type { Account } from './account.ts';
import { accountDocument } from './documents.ts';

export function updateAccount(
  ports: SecretPorts,
  act: RequestContext,
  changes: { name?: string | undefined; masterKeyCopied?: boolean | undefined },
  seen?: IfMatchVersions,
): Promise<Result<{ account: Account }>> {
  const key = accountDocument.key(act.actor.account);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ account: Account }>> => {
    if (!mayAdminister(act.actor)) return { answer: refusal('FORBIDDEN') };
    if (!stored) return { answer: refusal('ACCOUNT_NOT_FOUND') };
    if (!isUnchangedSince(stored.value, seen)) return { answer: versionConflict(stored.value) };
    const { copiedMasterKey: before, ...rest } = stored.value;
    const { name = rest.name, masterKeyCopied } = changes;
    const { keyId } = ports.secrets;
    const copied = masterKeyCopied === undefined ? before : masterKeyCopied ? keyId : undefined;
    const changed = [...(name === rest.name ? [] : ['name']), ...(copied === before ? [] : ['masterKeyCopied'])];
    if (changed.length === 0) return { answer: { account: stored.value } };
    const account = { ...rest, name, ...omitUndefined({ copiedMasterKey: copied }) };
    const event = createEvent(act, { type: 'account.updated', subject: account.id, changed }, now);
    return { answer: { account }, write: { put: [{ key, value: account }], append: [event] } };
  });
}
