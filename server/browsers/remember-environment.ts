import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId, UserId } from '../kernel/ids.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import { traitsOf } from './blind-signals.ts';
import type { Environment } from './device-fingerprint/browser-signals.ts';
import { environmentsExpireAt, remember } from './device-fingerprint/known-browsers.ts';
import { environmentsDocument } from './documents.ts';

/**
 * Remembers a browser of an existing user. Writes an event for a new one only.
 *
 * @param seen.resource where it counts; absent: on all resources
 */
export async function rememberEnvironment(
  ports: SecretPorts,
  act: RequestContext,
  seen: { user: UserId; resource?: ResourceId | undefined; blinded: Environment },
): Promise<void> {
  const { user, resource, blinded } = seen;
  const { account } = act.actor;
  const traits = traitsOf(ports, user, blinded);
  const key = environmentsDocument.key(user);
  await transact(ports, key.anchor, [key, userDocument.key(user)], ([stored, owner], now) => {
    if (owner?.value.account !== account) return { answer: undefined };
    const next = remember(stored?.value, { account, user, resource, traits }, now);
    if (!next) return { answer: undefined };
    const put = [{ key, value: next.environments, expiresAt: environmentsExpireAt(next.environments) }];
    const draft = { type: 'user.environment-remembered', subject: user, ...omitUndefined({ resource }) } as const;
    return { answer: undefined, write: { put, ...(next.isNew && { append: [createEvent(act, draft, now)] }) } };
  });
}
