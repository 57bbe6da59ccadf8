import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EventType } from '../kernel/event.ts';
import type { AccountId, ResourceId, WebhookId } from '../kernel/ids.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { ReadPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { beginsWith, byCreation } from '../store/index-entries.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { type Page, parseCursor, writeCursor } from '../store/records/list-objects.ts';
import { changedFields, versionConflict } from '../store/records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import { webhooksDocument } from './documents.ts';
import type { Webhook, WebhookBook } from './webhook.ts';

export async function readBook(ports: ReadPorts, account: AccountId): Promise<Webhook[]> {
  const [book] = await ports.store.getMany([webhooksDocument.key(account)], ports.clock.now());
  return book?.value.webhooks ?? [];
}

interface WebhookQuery {
  after?: string | undefined;
  limit: number;
  order?: 'asc' | 'desc' | undefined;
  /** Prefix of its address, its host or its description. */
  search?: string | undefined;
  enabled?: boolean | undefined;
}

/** A page of the account's webhooks. They are all in one document, so the page is cut here. */
export async function listWebhooks(
  ports: ReadPorts,
  act: RequestContext,
  { after, limit, order, search, enabled }: WebhookQuery,
): Promise<Result<Page<Webhook>>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const start = after === undefined ? undefined : parseCursor(after);
  if (after !== undefined && !start) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const place = ({ sort, id }: IndexEntry) => `${sort}/${id}`;
  const sign = order === 'asc' ? 1 : -1;
  const listed = (await readBook(ports, act.actor.account))
    .filter((one) => enabled === undefined || one.enabled === enabled)
    .filter((one) => beginsWith([one.url, new URL(one.url).host, one.description], search))
    .map((webhook) => ({ webhook, entry: byCreation(webhook) }))
    .sort((one, other) => (place(one.entry) < place(other.entry) ? -sign : sign))
    .filter(({ entry }) => !start || (place(entry) > place(start) ? sign : -sign) === 1)
    .filter(({ entry }) => !start || place(entry) !== place(start));
  const visible = listed.slice(0, limit);
  const last = listed.length > limit ? visible.at(-1) : undefined;
  return { items: visible.map(({ webhook }) => webhook), next: last ? writeCursor(last.entry) : null };
}

export async function readWebhook(
  ports: ReadPorts,
  act: RequestContext,
  id: WebhookId,
): Promise<Result<{ webhook: Webhook }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const webhook = (await readBook(ports, act.actor.account)).find((one) => one.id === id);
  return webhook ? { webhook } : refusal('WEBHOOK_NOT_FOUND');
}

/** Changes one webhook by a pure edit. Without a difference it writes nothing. */
export function editWebhook(
  ports: WritePorts,
  act: RequestContext,
  type: EventType,
  id: WebhookId,
  edit: (webhook: Webhook, now: number) => Webhook | Refusal,
  seen?: IfMatchVersions,
): Promise<Result<{ webhook: Webhook }>> {
  return editBook(ports, act, (book, now) => {
    const webhook = book.webhooks.find((one) => one.id === id);
    if (!webhook) return { answer: refusal('WEBHOOK_NOT_FOUND') };
    const edited = edit(webhook, now);
    if ('refused' in edited) return { answer: edited };
    if (!isUnchangedSince(webhook, seen)) return { answer: versionConflict(webhook) };
    const changed = changedFields(webhook, edited);
    if (changed.length === 0) return { answer: { webhook } };
    return {
      answer: { webhook: edited },
      book: { webhooks: book.webhooks.map((one) => (one.id === id ? edited : one)) },
      event: { type, subject: id, changed },
    };
  });
}

interface BookDecision<R> {
  answer: R | Refusal;
  book?: WebhookBook;
  event?: Parameters<typeof createEvent>[1];
  index?: NonNullable<Decision<R>['write']>['index'];
}

/** Changes the account's webhooks and appends one event for it (SR-34). */
export async function editBook<R extends object>(
  ports: WritePorts,
  act: RequestContext,
  decide: (book: WebhookBook, now: number) => BookDecision<R>,
): Promise<R | Refusal> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const key = webhooksDocument.key(act.actor.account);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<R | Refusal> => {
    const { answer, book, event, index } = decide(stored?.value ?? { webhooks: [] }, now);
    if (book === undefined || event === undefined) return { answer };
    return {
      answer,
      write: { put: [{ key, value: book }], append: [createEvent(act, event, now)], ...omitUndefined({ index }) },
    };
  });
}

/** True if the account has all these resources. */
export async function hasResources(
  ports: ReadPorts,
  account: AccountId,
  resources: readonly ResourceId[] = [],
): Promise<boolean> {
  const found = await ports.store.getMany(resources.map(resourceDocument.key), ports.clock.now());
  return found.every((resource) => resource?.value.account === account);
}
