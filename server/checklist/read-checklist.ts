import { CHECKLIST, type ChecklistItem } from '@countersign/protocol/checklist';
import { accountDocument, firstLoginDocument } from '../accounts/documents.ts';
import { apiKeyIndexes } from '../api-keys/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import { maySee } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { listObjects } from '../records/list-objects.ts';
import { listResources } from '../resources/list-resources.ts';
import type { Resource } from '../resources/resource.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { userIndexes } from '../users/documents.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** How many of the newest resources and tokens are searched for an origin and an assigned user. */
const LOOKED_AT = 20;

/** What is done already. A bounded number of reads, in an account of any size. */
export async function readChecklist(
  ports: Needs & Pick<Ports, 'courier'>,
  act: RequestContext,
): Promise<Result<{ done: ReadonlySet<ChecklistItem> }>> {
  if (!maySee(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const now = ports.clock.now();
  const [[stored, login], keys, users, tokens, page] = await Promise.all([
    ports.store.getMany([accountDocument.key(account), firstLoginDocument.key(account)], now),
    isListed(ports, apiKeyIndexes.created(account)),
    isListed(ports, userIndexes.created(account)),
    hasUserToken(ports, account),
    listResources(ports, act, { limit: LOOKED_AT }),
  ]);
  if (isRefusal(page)) return page;
  const resources = page.items;
  const findings: Record<ChecklistItem, boolean> = {
    'activate-plan': stored?.value.plan.active === true,
    'make-api-key': keys,
    'add-resource': resources.length > 0,
    'allow-origin': resources.some(({ allowedOrigins, allowLocalhost }) => allowLocalhost || allowedOrigins.length > 0),
    'add-user': users,
    'add-token': tokens,
    assign: await hasAssignment(ports, account, resources),
    'first-login': login !== undefined,
    'set-up-mail': !ports.courier.isAbsent,
  };
  return { done: new Set(CHECKLIST.filter((item) => findings[item])) };
}

async function hasAssignment(ports: Needs, account: AccountId, resources: readonly Resource[]): Promise<boolean> {
  for (const { id } of resources) {
    const found = await Promise.all([
      isListed(ports, userIndexes.onResource(account, id)),
      isListed(ports, tokenIndexes.onResource(account, id)),
    ]);
    if (found.includes(true)) return true;
  }
  return false;
}

/** Those by which administrators themselves get in are no step of the integration. */
async function hasUserToken(ports: Needs, account: AccountId): Promise<boolean> {
  const index = tokenIndexes.created(account);
  const page = await listObjects(ports, { index, account, key: tokenDocument.key, limit: LOOKED_AT });
  return !isRefusal(page) && page.items.some(({ administrator }) => administrator === undefined);
}

async function isListed(ports: Needs, index: string): Promise<boolean> {
  return (await ports.store.range(index, { limit: 1 })).length > 0;
}
