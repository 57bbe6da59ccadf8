import { CHECKLIST, type ChecklistItem } from '@countersign/protocol/checklist';
import { hasBilling } from '../accounts/account.ts';
import { accountDocument, firstLoginDocument, firstResultDocument } from '../accounts/documents.ts';
import { administratorDocument, administratorIndexes } from '../administrators/documents.ts';
import { apiKeyIndexes } from '../api-keys/documents.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { maySee } from '../kernel/policy.ts';
import type { NoticePorts, Ports, ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { keysReadDocument, lastBackupDocument } from '../operations/maintenance/documents.ts';
import { listResources } from '../resources/list-resources.ts';
import type { Resource } from '../resources/resource.ts';
import { listObjects } from '../store/records/list-objects.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { userIndexes } from '../users/documents.ts';
import { countPasswordAlone } from './count-password-alone.ts';
import { isFirstLoginSeen } from './is-first-login-seen.ts';

/** How many of the newest resources, tokens and administrators are looked at. */
const LOOKED_AT = 20;

export type ChecklistPorts = NoticePorts &
  Pick<Ports, 'secrets' | 'geo' | 'codes' | 'freePasswordFailures'> & { hasPlans?: boolean };

/** The items that concern this account, and whether each is done. A bounded number of reads, in an account of any size. */
export async function readChecklist(
  ports: ChecklistPorts,
  act: RequestContext,
): Promise<Result<{ items: { item: ChecklistItem; done: boolean; count?: number }[] }>> {
  if (!maySee(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const notes = [
    accountDocument.key(account),
    firstLoginDocument.key(account),
    firstResultDocument.key(account),
    keysReadDocument.key(),
    lastBackupDocument.key(),
  ] as const;
  const [[stored, login, result, keysRead, backup], keys, users, tokens, administrators, page, alone] =
    await Promise.all([
      ports.store.getMany(notes, ports.clock.now()),
      isListed(ports, apiKeyIndexes.created(account)),
      isListed(ports, userIndexes.created(account)),
      hasUserToken(ports, account),
      hasSecondAdministrator(ports, account),
      listResources(ports, act, { limit: LOOKED_AT }),
      countPasswordAlone(ports, act, LOOKED_AT),
    ]);
  if (isRefusal(page)) return page;
  if (!stored) return refusal('ACCOUNT_NOT_FOUND');
  const resources = page.items;
  const findings: Record<ChecklistItem, boolean> = {
    'activate-plan': stored.value.plan.active,
    'make-api-key': keys,
    'add-resource': resources.length > 0,
    'allow-origin': resources.some(hasEntrance),
    'add-user': users,
    'add-token': tokens,
    assign: await hasAssignment(ports, account, resources),
    'first-login': isFirstLoginSeen({
      acceptedAt: login?.value.at,
      resultAt: result?.value.at,
      keysReadAt: keysRead?.value.at,
    }),
    'set-up-mail': !ports.courier.isAbsent,
    'second-administrator': administrators,
    'copy-master-key': stored.value.copiedMasterKey === ports.secrets.keyId,
    // An increment alone restores nothing.
    'back-up': backup !== null && backup !== undefined && backup.value.fullAt > 0,
    'replace-lost-tokens': alone === 0,
  };
  // The default plan is active and free, and there is no other to choose.
  const items = CHECKLIST.filter((item) => item !== 'activate-plan' || hasBilling(stored.value, ports.hasPlans))
    // Where no device was lost there is nothing to tick.
    .filter((item) => item !== 'replace-lost-tokens' || alone > 0);
  const countOf = (item: ChecklistItem) => (item === 'replace-lost-tokens' ? { count: alone } : {});
  return { items: items.map((item) => ({ item, done: findings[item], ...countOf(item) })) };
}

/** One who could let another in again. */
async function hasSecondAdministrator(ports: ReadPorts, account: AccountId): Promise<boolean> {
  const index = administratorIndexes.created(account);
  const key = (id: AdministratorId) => administratorDocument.key(account, id);
  const page = await listObjects(ports, { index, account, key, limit: LOOKED_AT });
  return !isRefusal(page) && page.items.filter(({ state }) => state === 'active').length > 1;
}

async function hasAssignment(ports: ReadPorts, account: AccountId, resources: readonly Resource[]): Promise<boolean> {
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
async function hasUserToken(ports: ReadPorts, account: AccountId): Promise<boolean> {
  const index = tokenIndexes.created(account);
  const page = await listObjects(ports, { index, account, key: tokenDocument.key, limit: LOOKED_AT });
  return !isRefusal(page) && page.items.some(({ administrator }) => administrator === undefined);
}

async function isListed(ports: ReadPorts, index: string): Promise<boolean> {
  return (await ports.store.range(index, { limit: 1 })).length > 0;
}

/** Whether users can sign in somewhere: on a page of the site, or on the hosted page, which leads back to a site or an app. */
function hasEntrance({ allowLocalhost, allowedOrigins, redirectUris = [], appRedirectUris = [] }: Resource): boolean {
  return allowLocalhost || [...allowedOrigins, ...redirectUris, ...appRedirectUris].length > 0;
}
