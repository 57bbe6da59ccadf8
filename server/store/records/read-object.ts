import type { RefusalCode } from '@countersign/protocol/codes';
import type { EventDraft } from '../../kernel/event.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { maySee } from '../../kernel/policy.ts';
import type { ReadPorts, WritePorts } from '../../kernel/ports/ports.ts';
import type { DocumentKey } from '../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { reindex } from '../index-entries.ts';
import { type Decision, transact } from '../transact.ts';
import { etagOf, type IfMatchVersions, isUnchangedSince, UNSEEN_FIELDS } from './etag.ts';

/** One object of the account. Another account's object looks like one that never existed. */
export async function readObject<T extends { account: string }>(
  ports: ReadPorts,
  account: AccountId,
  key: DocumentKey<T>,
  missing: RefusalCode,
): Promise<{ object: T } | Refusal> {
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  return stored?.value.account === account ? { object: stored.value } : refusal(missing);
}

/** One object, for actors who may see it. */
export async function showObject<T extends { account: string }>(
  ports: ReadPorts,
  { actor }: RequestContext,
  key: DocumentKey<T>,
  missing: RefusalCode,
): Promise<{ object: T } | Refusal> {
  return maySee(actor) ? readObject(ports, actor.account, key, missing) : refusal('FORBIDDEN');
}

/**
 * Changes one object of the account by a pure edit, which may refuse. If the edit returns the object itself, nothing is
 * written, and there is no event.
 *
 * @param seen the version that the caller last saw; another one is refused
 */
export function editObject<T extends { id: string; account: string }>(
  ports: WritePorts,
  act: RequestContext,
  event: EventDraft,
  key: DocumentKey<T>,
  missing: RefusalCode,
  edit: (object: T, now: number) => T | Refusal,
  seen?: IfMatchVersions,
): Promise<Result<{ object: T }>> {
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ object: T }>> => {
    if (stored?.value.account !== act.actor.account) return { answer: refusal(missing) };
    const edited = edit(stored.value, now);
    if ('refused' in edited) return { answer: edited };
    if (!isUnchangedSince(stored.value, seen)) return { answer: versionConflict(stored.value) };
    if (edited === stored.value) return { answer: { object: edited } };
    const changed = changedFields(stored.value, edited);
    const draft = { subject: stored.value.id, ...(changed.length > 0 && { changed }), ...event };
    return {
      answer: { object: edited },
      write: {
        put: [{ key, value: edited }],
        index: reindex(key, stored.value, edited),
        append: [createEvent(act, draft, now)],
      },
    };
  });
}

/**
 * Deletes one object of the account and its index entries. All references to it are void from then on, because every
 * reader of a reference checks that the object exists.
 *
 * @param mayGo refuses if it may not be deleted
 */
export function removeObject<T extends { id: string; account: string }>(
  ports: WritePorts,
  act: RequestContext,
  event: EventDraft,
  key: DocumentKey<T>,
  missing: RefusalCode,
  mayGo: (object: T, now: number) => Refusal | undefined,
  seen?: IfMatchVersions,
): Promise<Result<{ object: T }>> {
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ object: T }>> => {
    if (stored?.value.account !== act.actor.account) return { answer: refusal(missing) };
    const object = stored.value;
    const refused = mayGo(object, now);
    if (refused) return { answer: refused };
    if (!isUnchangedSince(object, seen)) return { answer: versionConflict(object) };
    return {
      answer: { object },
      write: {
        delete: [key],
        index: reindex(key, object, undefined),
        append: [createEvent(act, { subject: object.id, ...event }, now)],
      },
    };
  });
}

/** The refusal of an outdated change, with the current version. */
export function versionConflict(object: object): Refusal {
  return refusal('VERSION_CONFLICT', { version: etagOf(object) });
}

/** Names of the fields that differ. The name of a secret field reveals no secret. */
export function changedFields(before: object, after: object): string[] {
  // Documents are JSON, and an edit keeps the order of unchanged fields.
  const texts = (object: object) =>
    new Map(Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)]));
  const [old, now] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name) && !UNSEEN_FIELDS.has(name))
    .sort();
}
