import type { ApiScope, KeyKind } from '@countersign/protocol/api-keys';
import type { ApiKeyId } from '../kernel/ids.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { beginsWith } from '../store/index-entries.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { readObject } from '../store/records/read-object.ts';
import type { ApiKey, ApiKeyUse } from './api-key.ts';
import { apiKeyDocument, apiKeyIndexes, apiKeyUseDocument } from './documents.ts';

interface UsedApiKey {
  key: ApiKey;
  use: ApiKeyUse | undefined;
}

interface ApiKeyQuery {
  after?: string | undefined;
  limit: number;
  order?: 'asc' | 'desc' | undefined;
  search?: string | undefined;
  enabled?: boolean | undefined;
  /** Only keys with this scope, whatever their other scopes. */
  scope?: ApiScope | undefined;
  kind?: KeyKind | undefined;
}

export async function listApiKeys(
  ports: ReadPorts,
  { actor }: RequestContext,
  { search, enabled, scope, kind, ...query }: ApiKeyQuery,
): Promise<Result<Page<UsedApiKey>>> {
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const key = (id: ApiKeyId) => apiKeyDocument.key(account, id);
  const fits = (one: ApiKey) =>
    (enabled === undefined || one.enabled === enabled) &&
    (scope === undefined || one.scopes.includes(scope)) &&
    (kind === undefined || (one.kind ?? 'bearer') === kind) &&
    beginsWith([one.name], search);
  const all = [search, enabled, scope, kind].every((wish) => wish === undefined);
  const page = await listObjects(ports, {
    ...query,
    index: apiKeyIndexes.created(account),
    account,
    key,
    where: all ? undefined : fits,
  });
  if (isRefusal(page)) return page;
  const uses = await ports.store.getMany(
    page.items.map(({ id }) => apiKeyUseDocument.key(account, id)),
    ports.clock.now(),
  );
  return { ...page, items: page.items.map((item, at) => ({ key: item, use: uses[at]?.value })) };
}

export async function readApiKey(
  ports: ReadPorts,
  { actor }: RequestContext,
  id: ApiKeyId,
): Promise<Result<UsedApiKey>> {
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  const found = await readObject(ports, actor.account, apiKeyDocument.key(actor.account, id), 'API_KEY_NOT_FOUND');
  return isRefusal(found) ? found : { key: found.object, use: await readUse(ports, found.object) };
}

export async function readUse(ports: ReadPorts, { account, id }: ApiKey): Promise<ApiKeyUse | undefined> {
  const [stored] = await ports.store.getMany([apiKeyUseDocument.key(account, id)], ports.clock.now());
  return stored?.value;
}
