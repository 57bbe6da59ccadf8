import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { QuotaKind } from '@countersign/protocol/plans';
import type { EventType } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT, type DocumentKey, type IndexEntry, type RawKey, type Stored } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, refusal } from '../kernel/result.ts';
import { createObject, type NewId } from '../store/records/create-object.ts';
import { Contention, type Decision, newOperation, transact } from '../store/transact.ts';
import { accountDocument, usageDocument } from './documents.ts';
import { holdSlot, reconcileQuota, releaseSlot, SLOT_TTL_MS, type Usage, used } from './usage.ts';

/** The index of a kind: an entry is written and removed in the same commit as its object. */
const indexOf = (kind: QuotaKind, account: AccountId): string => `${kind}/${account}/created`;

/** Key of an object by its id, to check reserved slots. Without it the objects are counted. */
type ObjectKey = (id: string) => RawKey;

/** Reserved slots are checked at this number, so that the document stays small. */
const MAX_HELD_SLOTS = 64;
const MAX_RECOUNTS = 6;
/** Rows of several bulk requests, each with a commit or two. */
const MAX_WAITING_CREATIONS = 256;
const PAGE = 1000;

/** `free`: the plan has no quota for the kind. `held-before`: an earlier attempt of the same creation reserved it. */
export type Slot = 'free' | 'held' | 'held-before';

/**
 * Reserves a slot of the quota before an object is created. Concurrent creations never get more slots than there are.
 * If the plan has no quota for the kind this is one read, without a write.
 */
export async function reserveQuota(
  ports: WritePorts,
  account: AccountId,
  kind: QuotaKind,
  id: string,
  objectKey?: ObjectKey,
): Promise<{ slot: Slot } | Refusal> {
  const [stored] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
  if (stored?.value.plan.quotas?.[kind] === undefined) return { slot: 'free' };
  const take = async (): Promise<{ slot: Slot } | Refusal> => {
    let isSettled = false;
    for (let round = 0; round < MAX_RECOUNTS; round++) {
      const taken = await tryToReserve(ports, account, kind, id);
      if (taken === 'full' || (taken === 'look-first' && isSettled)) return refusal('QUOTA_EXCEEDED');
      if (taken !== 'look-first') return { slot: taken };
      // If another process changed the count meanwhile, its count may be enough.
      isSettled = await settleUsage(ports, account, kind, objectKey);
    }
    throw new Contention(account);
  };
  return runExclusive(ports.store, `usage/${account}/${kind}`, take, MAX_WAITING_CREATIONS);
}

function tryToReserve(
  ports: WritePorts,
  account: AccountId,
  kind: QuotaKind,
  id: string,
): Promise<Slot | 'full' | 'look-first'> {
  const keys = [accountDocument.key(account), usageDocument.key(account, kind)] as const;
  return transact(ports, account, keys, ([owner, stored], now): Decision<Slot | 'full' | 'look-first'> => {
    const quota = owner?.value.plan.quotas?.[kind];
    if (quota === undefined) return { answer: 'free' };
    const usage = stored?.value;
    if (!usage || (usage.recountAt ?? Number.POSITIVE_INFINITY) <= now) return { answer: 'look-first' };
    const since = Object.values(usage.held);
    if (since.length >= MAX_HELD_SLOTS) return { answer: 'look-first' };
    const next = holdSlot(usage, id, quota, now);
    if (!next) return { answer: since.some((at) => now - at >= SLOT_TTL_MS) ? 'look-first' : 'full' };
    const slot = Object.hasOwn(usage.held, id) ? 'held-before' : 'held';
    return { answer: slot, write: { put: [{ key: keys[1], value: next }] } };
  });
}

/** Creates an object that the account's plan may limit. Arguments as for `createObject`. */
export async function createWithinQuota<T extends { id: string; account: string }>(
  ports: WritePorts,
  act: RequestContext,
  kind: QuotaKind,
  type: EventType,
  birth: NewId<string>,
  key: DocumentKey<T>,
  object: T,
): Promise<{ created: T } | Refusal> {
  const { account } = act.actor;
  // Objects of these kinds are anchors of their own.
  const objectKey = (id: string): RawKey => ({ anchor: id, name: key.name });
  const taken = await reserveQuota(ports, account, kind, object.id, objectKey);
  if (isRefusal(taken)) return taken;
  const made = await createObject(ports, act, type, birth, key, object);
  const isNew = !isRefusal(made) && made.created === object;
  if (!isNew && taken.slot === 'held') await releaseQuota(ports, account, kind, object.id);
  return made;
}

/** Releases a slot: the object was deleted or never created. Only the request that deleted it may call this. */
export async function releaseQuota(ports: WritePorts, account: AccountId, kind: QuotaKind, id: string): Promise<void> {
  const key = usageDocument.key(account, kind);
  // Read outside of the queue first, because many accounts keep no count.
  const [kept] = await ports.store.getMany([key], ports.clock.now());
  if (!kept) return;
  await runExclusive(ports.store, `usage/${account}/${kind}`, () =>
    transact(ports, account, [key], ([stored]) => ({
      answer: undefined,
      ...(stored && { write: { put: [{ key, value: releaseSlot(stored.value, id) }] } }),
    })),
  );
}

/**
 * Updates the count: cheaply if only reserved slots are in question, otherwise by counting.
 *
 * @returns false if the count was changed meanwhile, and so was not written
 */
async function settleUsage(
  ports: WritePorts,
  account: AccountId,
  kind: QuotaKind,
  objectKey: ObjectKey | undefined,
): Promise<boolean> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([usageDocument.key(account, kind)], now);
  if (!objectKey || !stored || (stored.value.recountAt ?? Number.POSITIVE_INFINITY) <= now) {
    return recountUsage(ports, account, kind);
  }
  const ids = Object.keys(stored.value.held);
  const found = await ports.store.getMany(ids.map(objectKey), now);
  const there = new Set(ids.filter((_, at) => found[at] !== undefined));
  return replaceUsage(ports, account, kind, stored, reconcileQuota(stored.value, there, now));
}

/**
 * Counts the objects and writes the number. Repairs a count that a crash has left too high.
 *
 * @returns false if the count was changed meanwhile, and so was not written
 */
export async function recountUsage(ports: WritePorts, account: AccountId, kind: QuotaKind): Promise<boolean> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([usageDocument.key(account, kind)], now);
  const held = stored?.value.held ?? {};
  const { others, there } = await countObjects(ports, account, kind, new Set(Object.keys(held)));
  // Creations that began before the first count hold no slot: the recount includes them.
  const first: Pick<Usage, 'recountAt'> = stored ? {} : { recountAt: now + SLOT_TTL_MS };
  const usage = { ...reconcileQuota({ counted: others, held }, there, now), ...first };
  return replaceUsage(ports, account, kind, stored, usage);
}

/** The current number of objects of the kind; from the count if there is one. */
export async function readUsage(ports: WritePorts, account: AccountId, kind: QuotaKind): Promise<number> {
  const [stored] = await ports.store.getMany([usageDocument.key(account, kind)], ports.clock.now());
  return stored ? used(stored.value) : (await countObjects(ports, account, kind, new Set())).others;
}

async function countObjects(
  { store }: WritePorts,
  account: AccountId,
  kind: QuotaKind,
  asked: ReadonlySet<string>,
): Promise<{ others: number; there: Set<string> }> {
  const index = indexOf(kind, account);
  const there = new Set<string>();
  let others = 0;
  let after: IndexEntry | undefined;
  do {
    const page: IndexEntry[] = await store.range(index, { limit: PAGE, ...omitUndefined({ after }) });
    for (const { id } of page) {
      if (asked.has(id)) there.add(id);
      else others += 1;
    }
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
  return { others, there };
}

async function replaceUsage(
  ports: WritePorts,
  account: AccountId,
  kind: QuotaKind,
  stored: Stored<Usage> | undefined,
  usage: Usage,
): Promise<boolean> {
  const key = usageDocument.key(account, kind);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [{ key, version: stored?.version ?? ABSENT }],
    put: [{ key, value: usage }],
  });
  return outcome === 'committed';
}
