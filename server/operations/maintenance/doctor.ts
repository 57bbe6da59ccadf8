import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Account } from '../../accounts/account.ts';
import { releaseQuota } from '../../accounts/quotas.ts';
import type { AccountId, TokenId, UserId } from '../../kernel/ids.ts';
import { normaliseName } from '../../kernel/names.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { DocumentKey, IndexEntry } from '../../kernel/ports/store.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { filterDocument, filterIndexes, resourceDocument, resourceIndexes } from '../../resources/documents.ts';
import { discardDraft } from '../../sign-in/enrolment/discard-draft.ts';
import { FLOW_LIFETIME_MS } from '../../sign-in/flow.ts';
import { reindex } from '../../store/index-entries.ts';
import { idempotencyMarkDocument } from '../../store/records/documents.ts';
import { transact } from '../../store/transact.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import type { Token } from '../../tokens/token.ts';
import { isLeftover } from '../../tokens/token-history.ts';
import { releaseName } from '../../users/claim-name.ts';
import { nameClaimDocument, userDocument, userIndexes } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import { userClaims } from '../../users/user-names.ts';

/** The remains of a crash in the middle of a change. None of them grants access. */
interface Leftover {
  account: AccountId;
  kind: 'half-made-user' | 'entry-without-object' | 'broken-off-enrolment';
  /** Id of the user, or of the target of the entry. */
  id: string;
  /** Set if it was repaired. */
  mended?: true;
}

/** An object that is being created is not a leftover. */
const BEING_MADE_MS = 10 * MINUTE_MS;
/** The documents of a page are read in one turn of the event loop. */
const PAGE = 100;

/**
 * Finds the leftovers of crashes in an account: users who never got the claim of their login (they hold the other names
 * that they had claimed), tokens whose owner did not finish the enrolment, and index entries without a target.
 */
export async function* checkLeftovers(ports: WritePorts, account: Account, mend: boolean): AsyncGenerator<Leftover> {
  const { id } = account;
  for await (const { entry, value } of walk(ports, userIndexes.created(id), (user: UserId) => userDocument.key(user))) {
    if (!value) yield await danglingEntry(ports, id, userIndexes.created(id), entry, mend);
    else if (!(await isLive(ports, value)) && ports.clock.now() - value.createdAt > BEING_MADE_MS) {
      if (mend) await removeUser(ports, value);
      yield { account: id, kind: 'half-made-user', id: value.id, ...(mend && { mended: true as const }) };
    }
  }
  for await (const { value: token } of walk(ports, tokenIndexes.created(id), (one: TokenId) =>
    tokenDocument.key(one),
  )) {
    if (!token || !(await isBrokenOff(ports, token))) continue;
    const act = { actor: { kind: 'service', account: id } } as const;
    if (mend && token.owner !== undefined) await discardDraft(ports, act, token.id, { id: token.owner });
    yield { account: id, kind: 'broken-off-enrolment', id: token.id, ...(mend && { mended: true as const }) };
  }
  const others = [
    [resourceIndexes.created(id), resourceDocument.key],
    [tokenIndexes.created(id), tokenDocument.key],
    [filterIndexes.created(id), filterDocument.key],
  ] as const;
  for (const [index, key] of others) {
    for await (const { entry, value } of walk(ports, index, key as (id: string) => DocumentKey<object>)) {
      if (!value) yield await danglingEntry(ports, id, index, entry, mend);
    }
  }
}

async function* walk<Id extends string, T>(ports: WritePorts, index: string, key: (id: Id) => DocumentKey<T>) {
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await ports.store.range(index, { limit: PAGE, ...omitUndefined({ after }) });
    const stored = await ports.store.getMany(
      entries.map(({ id }) => key(id as Id)),
      ports.clock.now(),
    );
    for (const [at, entry] of entries.entries()) yield { entry, value: stored[at]?.value as T | undefined };
    // The caller reads more for each, in small reads that the store does not put off.
    await yieldToEventLoop();
    after = entries.at(-1);
    if (entries.length < PAGE) return;
  }
}

/** True for a token whose enrolment began in a sign-in that is over. */
async function isBrokenOff(ports: WritePorts, token: Token): Promise<boolean> {
  const { owner, createdAt, createdBy } = token;
  const now = ports.clock.now();
  if (owner === undefined || createdBy.kind !== 'user' || now - createdAt <= FLOW_LIFETIME_MS) return false;
  const [user] = await ports.store.getMany([userDocument.key(owner)], now);
  return user !== undefined && isLeftover(user.value, token);
}

async function isLive(ports: WritePorts, user: User): Promise<boolean> {
  const key = nameClaimDocument.key(user.account, normaliseName(user.login));
  const [claim] = await ports.store.getMany([key], ports.clock.now());
  return claim?.value.user === user.id;
}

/** Only if it is as incomplete as it was when it was found. */
async function removeUser(ports: WritePorts, user: User): Promise<void> {
  const key = userDocument.key(user.id);
  const act = { actor: { kind: 'service', account: user.account } } as const;
  await transact(ports, key.anchor, [key], ([stored], now) => {
    if (!stored) return { answer: undefined };
    return {
      answer: undefined,
      write: {
        // With the mark, a repeated import would take the user for one that was made and deleted.
        delete: [key, idempotencyMarkDocument.key(user.id)],
        index: reindex(key, stored.value, undefined),
        append: [createEvent(act, { type: 'user.deleted', subject: user.id }, now)],
      },
    };
  });
  await releaseQuota(ports, user.account, 'users', user.id);
  for (const name of userClaims(user)) await releaseName(ports, user.account, name, user.id);
}

async function danglingEntry(
  ports: WritePorts,
  account: AccountId,
  index: string,
  entry: IndexEntry,
  mend: boolean,
): Promise<Leftover> {
  if (mend) {
    // The entry is on the anchor of its object, which is the object's id.
    await transact(ports, entry.id, [{ anchor: entry.id, name: 'gone' }], () => ({
      answer: undefined,
      write: { index: [{ index, remove: entry }] },
    }));
  }
  return { account, kind: 'entry-without-object', id: entry.id, ...(mend && { mended: true as const }) };
}
