import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../../../accounts/documents.ts';
import { removeAdministrator } from '../../../administration/change-administrator.ts';
import type { Administrator } from '../../../administrators/administrator.ts';
import { administratorDocument } from '../../../administrators/documents.ts';
import { deleteApiKey } from '../../../api-keys/change-api-key.ts';
import { apiKeyDocument, apiKeyIndexes } from '../../../api-keys/documents.ts';
import { forgetEnvironments } from '../../../browsers/forget-environments.ts';
import type { EventDraft } from '../../../kernel/event.ts';
import {
  type AccountId,
  type AdministratorId,
  type ApiKeyId,
  parseId,
  type TokenId,
  type UserId,
  type WebhookId,
} from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { DocumentKey, IndexEntry } from '../../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../../kernel/result.ts';
import { deleteResource } from '../../../resources/delete-resource.ts';
import { filterDocument, resourceDocument } from '../../../resources/documents.ts';
import { changedFields, editObject } from '../../../store/records/read-object.ts';
import { transact } from '../../../store/transact.ts';
import { deleteToken } from '../../../tokens/delete-token.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { lockToken } from '../../../tokens/lockout.ts';
import type { Token } from '../../../tokens/token.ts';
import { deleteUser } from '../../../user-management/delete-user.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
import { editWebhook, readBook } from '../../../webhooks/edit-webhook.ts';
import { deleteWebhook } from '../../../webhooks/update-webhook.ts';
import { eraseUser } from '../../personal-data/erase-user.ts';
import type { AccountWithdrawals, ObjectWithdrawals } from './collect-withdrawals.ts';
import { lacksNewToken, withdrawAdministrator, withdrawSwitch, withdrawToken, withdrawUser } from './withdraw.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'archive'>;

/** The changes to one object of the backup. */
export interface WithdrawnObject {
  account: AccountId;
  id: string;
  /** `deleted`, `locked`, or the changed fields. */
  done: string[];
  /** Fields and events since the backup that an operator has to decide about. */
  review: string[];
}

const PAGE = 1000;

type Outcome = Pick<WithdrawnObject, 'done' | 'review'>;

interface Context {
  ports: Needs;
  act: RequestContext;
  account: AccountId;
  /** Users whose newest token is lost. */
  replaced: ReadonlySet<UserId>;
  hasGaps: boolean;
  unknownPassword: string;
}

/**
 * Repeats in a restored store the withdrawals that the account's events report since the backup (SR-39, SR-62). Objects
 * created since are not there, so nothing is done about them. Each change is an event of the operator.
 *
 * @param unknownPassword hash of a random password that is stored nowhere
 */
export async function withdrawAgain(
  ports: Needs,
  { account, objects, superuser, hasGaps = false }: AccountWithdrawals,
  unknownPassword: string,
): Promise<WithdrawnObject[]> {
  const context: Context = {
    ports,
    act: { actor: { kind: 'operator', account } },
    account,
    replaced: await usersWithLostTokens(ports, objects),
    hasGaps,
    unknownPassword,
  };
  const report: WithdrawnObject[] = [];
  const add = (id: string, outcome: Outcome | undefined) => {
    if (outcome && outcome.done.length + outcome.review.length > 0) report.push({ account, id, ...outcome });
  };
  // First, because the administrator who had the role may be removed afterwards.
  if (superuser !== undefined) add(superuser, await handOver(context, superuser));
  for (const [id, object] of objects) add(id, await withdrawFrom(context, id, object));
  return report;
}

/** Undefined: there is no such object in the backup. */
async function withdrawFrom(context: Context, id: string, object: ObjectWithdrawals): Promise<Outcome | undefined> {
  const { ports, act, account } = context;
  const [user, token, administrator] = [parseId('usr', id), parseId('tok', id), parseId('adm', id)];
  if (id === account) return { done: [], review: [...object.review] };
  if (user && object.withdrawals.has('erase')) return eraseAgain(context, user);
  if (user) return ifFound(context, userDocument.key(user), (found) => fromUser(context, found, object));
  if (token) return ifFound(context, tokenDocument.key(token), (found) => fromToken(context, found, object));
  if (administrator) {
    const key = administratorDocument.key(account, administrator);
    return ifFound(context, key, (found) => fromAdministrator(context, found, object));
  }
  const [apiKey, resource, filter] = [parseId('key', id), parseId('res', id), parseId('flt', id)];
  if (apiKey) {
    const remove = () => deleteApiKey(ports, act, apiKey);
    return fromSwitchable(context, apiKeyDocument.key(account, apiKey), object, { type: 'api-key.updated' }, remove);
  }
  if (resource) {
    const remove = () => deleteResource(ports, act, resource);
    const event: EventDraft = { type: 'resource.updated', resource };
    return fromSwitchable(context, resourceDocument.key(resource), object, event, remove);
  }
  if (filter)
    return ifFound(context, filterDocument.key(filter), async () => ({ done: [], review: [...object.review] }));
  const webhook = parseId('whk', id);
  return webhook && fromWebhook(context, webhook, object);
}

/** Also of a user whose events alone are in the backup. */
async function eraseAgain({ ports, act }: Context, user: UserId): Promise<Outcome | undefined> {
  return isRefusal(await eraseUser(ports, act, user)) ? undefined : { done: ['erased'], review: [] };
}

async function fromUser(context: Context, { id }: User, object: ObjectWithdrawals): Promise<Outcome> {
  const { ports, act, unknownPassword } = context;
  if (object.withdrawals.has('delete')) return deleted(await deleteUser(ports, act, id));
  const done: string[] = [];
  if (object.withdrawals.has('forget-browsers')) {
    await forgetEnvironments(ports, act, id);
    done.push('browsers');
  }
  const isReplaced = mayLackToken(context, id);
  // Without the token in the assignment the password alone would sign in, because the new token is lost. It is locked
  // instead.
  const kept = isReplaced ? object.unassigned.flatMap(({ token }) => token ?? []) : [];
  for (const token of kept) done.push(...(await lock(context, token)));
  const unassigned = object.unassigned.filter(({ token }) => !isReplaced || token === undefined);
  const changed = await edit(context, { type: 'user.updated' }, userDocument.key(id), (user) =>
    withdrawUser(user, { ...object, unassigned }, unknownPassword),
  );
  return {
    done: [...done, ...changed],
    review: [...object.review, ...(context.replaced.has(id) ? ['new token'] : [])],
  };
}

async function fromToken(
  context: Context,
  { id, owner, administrator }: Token,
  object: ObjectWithdrawals,
): Promise<Outcome> {
  const isReplaced = owner !== undefined && mayLackToken(context, owner);
  if (object.withdrawals.has('delete') && !isReplaced && administrator === undefined) {
    return deleted(await deleteToken(context.ports, context.act, id));
  }
  const done = await edit(context, { type: 'token.updated' }, tokenDocument.key(id), (token, now) =>
    withdrawToken(token, object, isReplaced, now),
  );
  return { done, review: [...object.review] };
}

async function fromAdministrator(
  context: Context,
  { account, id, token }: Administrator,
  object: ObjectWithdrawals,
): Promise<Outcome> {
  const { ports, act, unknownPassword } = context;
  const { withdrawals } = object;
  const done: string[] = [];
  const removed = withdrawals.has('delete') ? await removeAdministrator(ports, act, id) : undefined;
  if (removed && !isRefusal(removed)) return deleted(removed);
  // The superuser of the backup cannot be removed, because the new one is not in it. They cannot sign in either.
  const isOut = removed !== undefined || withdrawals.has('end-sign-in');
  const end: ObjectWithdrawals = isOut ? { ...object, withdrawals: new Set([...withdrawals, 'end-sign-in']) } : object;
  if (removed) done.push(...(await disableKeysOf(context, id)));
  if (isOut && token !== undefined) done.push(...(await lock(context, token)));
  const key = administratorDocument.key(account, id);
  const changed = await edit(context, { type: 'administrator.updated' }, key, (administrator) =>
    withdrawAdministrator(administrator, end, unknownPassword),
  );
  return { done: [...done, ...changed], review: [...object.review, ...(removed ? ['administrator.removed'] : [])] };
}

/** An API key or a resource: unless it was deleted, it can only be disabled. */
async function fromSwitchable<T extends { id: string; account: string; enabled: boolean }>(
  context: Context,
  key: DocumentKey<T>,
  object: ObjectWithdrawals,
  event: EventDraft,
  remove: () => Promise<Result<object>>,
): Promise<Outcome | undefined> {
  return ifFound(context, key, async () => {
    if (object.withdrawals.has('delete')) return deleted(await remove());
    const done = await edit(context, event, key, (one) => withdrawSwitch(one, object));
    return { done, review: [...object.review] };
  });
}

/** The same for a webhook, which is no document of its own. */
async function fromWebhook(
  { ports, act, account }: Context,
  id: WebhookId,
  object: ObjectWithdrawals,
): Promise<Outcome | undefined> {
  const webhook = (await readBook(ports, account)).find((one) => one.id === id);
  if (!webhook) return undefined;
  if (object.withdrawals.has('delete')) return deleted(await deleteWebhook(ports, act, id));
  let done: string[] = [];
  await editWebhook(ports, act, 'webhook.updated', id, (one) => {
    const next = withdrawSwitch(one, object);
    done = changedFields(one, next);
    return next;
  });
  return { done, review: [...object.review] };
}

async function handOver({ ports, act, account }: Context, to: AdministratorId): Promise<Outcome> {
  const key = accountDocument.key(account);
  const keys = [key, administratorDocument.key(account, to)] as const;
  return transact<typeof keys, Outcome>(ports, account, keys, ([home, receiver], now) => {
    if (!home || home.value.superuser === to) return { answer: { done: [], review: [] } };
    // The new superuser is not in the backup, or has not accepted the invitation in it.
    if (receiver?.value.state !== 'active') return { answer: { done: [], review: ['superuser.transferred'] } };
    const { superuser } = home.value;
    const event: EventDraft = {
      type: 'superuser.transferred',
      subject: to,
      ...(superuser && { related: [superuser] }),
    };
    return {
      answer: { done: ['superuser'], review: [] },
      write: { put: [{ key, value: { ...home.value, superuser: to } }], append: [createEvent(act, event, now)] },
    };
  });
}

/** True if, without the withdrawn token, the password alone would sign the user in, which it may not today. */
function mayLackToken({ replaced, hasGaps }: Context, user: UserId): boolean {
  return hasGaps || replaced.has(user);
}

/**
 * Users who were assigned with a token since that is not in the backup or will be withdrawn. Collected before any
 * withdrawal, so that the order does not matter.
 */
async function usersWithLostTokens(
  { store, clock }: Needs,
  objects: AccountWithdrawals['objects'],
): Promise<Set<UserId>> {
  const found = new Set<UserId>();
  for (const [id, { newPairs }] of objects) {
    const user = newPairs.length > 0 && parseId('usr', id);
    if (!user) continue;
    const keys = newPairs.map(({ token }) => tokenDocument.key(token));
    const [held, ...stored] = await store.getMany([userDocument.key(user), ...keys] as const, clock.now());
    const tokens = stored.flatMap((one) => (one ? [one.value] : []));
    if (lacksNewToken(held?.value, newPairs, tokens, objects)) found.add(user);
  }
  return found;
}

/** Disables the keys with which a backend acts as this administrator. */
async function disableKeysOf(context: Context, administrator: AdministratorId): Promise<string[]> {
  const { ports, account } = context;
  const done: string[] = [];
  let after: IndexEntry | undefined;
  do {
    const page = await ports.store.range(apiKeyIndexes.created(account), { limit: PAGE, ...omitUndefined({ after }) });
    for (const { id } of page) {
      const key = apiKeyDocument.key(account, id as ApiKeyId);
      const changed = await edit(context, { type: 'api-key.updated' }, key, (one) =>
        one.kind === 'protectimus' && one.administrator === administrator ? { ...one, enabled: false } : one,
      );
      if (changed.length > 0) done.push(`${id} disabled`);
    }
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
  return done;
}

async function lock(context: Context, id: TokenId): Promise<string[]> {
  const done = await edit(context, { type: 'token.updated' }, tokenDocument.key(id), (token, now) =>
    lockToken({ ...token, enabled: true }, now),
  );
  return done.length > 0 ? [`${id} locked`] : [];
}

async function ifFound<T extends { account: string }>(
  { ports, account }: Context,
  key: DocumentKey<T>,
  then: (object: T) => Promise<Outcome>,
): Promise<Outcome | undefined> {
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  return stored?.value.account === account ? then(stored.value) : undefined;
}

/** Returns the names of the changed fields. */
async function edit<T extends { id: string; account: string }>(
  { ports, act }: Context,
  event: EventDraft,
  key: DocumentKey<T>,
  change: (object: T, now: number) => T,
): Promise<string[]> {
  let changed: string[] = [];
  await editObject(ports, act, event, key, 'NOT_FOUND', (object, now) => {
    const next = change(object, now);
    changed = changedFields(object, next);
    return changed.length > 0 ? next : object;
  });
  return changed;
}

/** @throws Error if the rules refuse, which leaves the restore unfinished */
function deleted(outcome: Result<object>): Outcome {
  if (isRefusal(outcome)) throw new Error(`a withdrawal was refused: ${outcome.refused}`);
  return { done: ['deleted'], review: [] };
}
