import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../accounts/documents.ts';
import { releaseQuota } from '../accounts/quotas.ts';
import type { Administrator, Grant } from '../administrators/administrator.ts';
import {
  administratorDocument,
  administratorEmailDocument,
  administratorIndexes,
} from '../administrators/documents.ts';
import { readAdministrator } from '../administrators/find-administrator.ts';
import type { GivenRole } from '../kernel/actor.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { AdministratorId, TokenId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { mayAdminister, mayMakeAdministrators } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { byCreation } from '../store/index-entries.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { editObject, versionConflict } from '../store/records/read-object.ts';
import { transact } from '../store/transact.ts';
import {
  administratorEnrolmentDocument,
  administratorLinkDocument,
  administratorPasskeyDocument,
  administratorResetDocument,
  administratorSignInsDocument,
  emailChangeDocument,
} from './documents.ts';
import { dropToken } from './enrol-token.ts';
import { missingResource } from './missing-resource.ts';
import type { OwnContext } from './reauthenticate.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * Changes the fields of an administrator that other administrators may edit, which exclude their sign-in. Takes effect
 * with the next request.
 */
export async function updateAdministrator(
  ports: Needs,
  act: RequestContext,
  id: AdministratorId,
  changes: { name?: string | undefined; grants?: Grant[] | undefined; role?: GivenRole | undefined },
  seen?: IfMatchVersions,
): Promise<Result<{ object: Administrator }>> {
  const { role } = changes;
  const isGrant = changes.grants !== undefined || role !== undefined;
  if (!(isGrant ? mayMakeAdministrators : mayAdminister)(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const found = await readAdministrator(ports, account, id);
  if (isRefusal(found)) return found;
  // Also the superuser's own: they transfer it instead.
  if (role !== undefined && found.account.superuser === id) return refusal('SUPERUSER_STAYS');
  const missing = await missingResource(ports, account, changes.grants ?? []);
  if (missing) return missing;
  const key = administratorDocument.key(account, id);
  const set = omitUndefined(changes);
  const event = { type: 'administrator.updated' } as const;
  const edit = (administrator: Administrator) => ({ ...administrator, ...set });
  return editObject(ports, act, event, key, 'ADMINISTRATOR_NOT_FOUND', edit, seen);
}

/**
 * Removes an administrator, or withdraws an invitation. Sessions and sign-ins end with the next request, the token with
 * the next commit (SR-39).
 *
 * @param only the state to remove: `invited` keeps an administrator who has accepted meanwhile
 */
export async function removeAdministrator(
  ports: Needs,
  act: RequestContext,
  id: AdministratorId,
  only?: 'invited',
  seen?: IfMatchVersions,
): Promise<Result<{ removed: true }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const keys = [accountDocument.key(account), administratorDocument.key(account, id)] as const;
  const removed = await transact<typeof keys, Result<{ token: TokenId | undefined }>>(
    ports,
    account,
    keys,
    ([home, stored], now) => {
      if (!home || !stored) return { answer: refusal('ADMINISTRATOR_NOT_FOUND') };
      const administrator = stored.value;
      if (home.value.superuser === id) return { answer: refusal('SUPERUSER_STAYS') };
      if (only === 'invited' && administrator.state !== 'invited') return { answer: refusal('ADMINISTRATOR_ACTIVE') };
      if (!isUnchangedSince(administrator, seen)) return { answer: versionConflict(administrator) };
      return {
        answer: { token: administrator.token },
        write: {
          delete: [
            keys[1],
            administratorEmailDocument.key(account, normaliseName(administrator.email)),
            administratorLinkDocument.key(account, id),
            administratorResetDocument.key(account, id),
            emailChangeDocument.key(account, id),
            administratorEnrolmentDocument.key(account, id),
            administratorPasskeyDocument.key(account, id),
            administratorSignInsDocument.key(account, id),
          ],
          index: [{ index: administratorIndexes.created(account), remove: byCreation(administrator) }],
          append: [createEvent(act, { type: 'administrator.removed', subject: id }, now)],
        },
      };
    },
  );
  if (isRefusal(removed)) return removed;
  await releaseQuota(ports, account, 'administrators', id);
  if (removed.token !== undefined) await dropToken(ports, act, removed.token, id);
  return { removed: true };
}

/**
 * Transfers the role of the superuser. One fact of the account changes, so there is always exactly one. The caller must
 * be a superuser who has just confirmed both factors; see `handOverSuperuser`. The sessions of both end.
 */
export async function transferSuperuser(
  ports: Pick<Needs, 'store' | 'clock' | 'random'>,
  act: RequestContext & Pick<OwnContext, 'session'>,
  to: AdministratorId,
): Promise<Result<{ from: Administrator; to: Administrator }>> {
  const { actor } = act;
  if (actor.kind !== 'administrator' || actor.role !== 'superuser') return refusal('FORBIDDEN');
  const { account, id: from } = actor;
  if (from === to) return refusal('INPUT_INVALID', { detail: 'that is the superuser already' });
  const keys = [
    accountDocument.key(account),
    administratorDocument.key(account, from),
    administratorDocument.key(account, to),
  ] as const;
  return transact<typeof keys, Result<{ from: Administrator; to: Administrator }>>(
    ports,
    account,
    keys,
    ([home, giver, receiver], now) => {
      if (!home || !receiver) return { answer: refusal('ADMINISTRATOR_NOT_FOUND') };
      if (!giver || home.value.superuser !== from) return { answer: refusal('FORBIDDEN') };
      if (giver.value.sessionEpoch !== act.session.epoch) return { answer: refusal('SESSION_ENDED') };
      if (receiver.value.state !== 'active') return { answer: refusal('ADMINISTRATOR_INACTIVE') };
      const [before, after] = [giver.value, receiver.value].map((one) => ({
        ...one,
        sessionEpoch: one.sessionEpoch + 1,
      })) as [Administrator, Administrator];
      const event: EventDraft = { type: 'superuser.transferred', subject: to, related: [from] };
      return {
        answer: { from: before, to: after },
        write: {
          put: [
            { key: keys[0], value: { ...home.value, superuser: to } },
            { key: keys[1], value: before },
            { key: keys[2], value: after },
          ],
          append: [createEvent(act, event, now)],
        },
      };
    },
  );
}
