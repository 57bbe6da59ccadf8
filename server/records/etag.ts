import { createHash } from 'node:crypto';

/** What signing in moves, and marks that the service keeps for itself: no administrator has seen them. */
export const UNSEEN_FIELDS: ReadonlySet<string> = new Set([
  'nextCounter',
  'driftSteps',
  'lastCountedAttempt',
  'recovery',
  'claiming',
  'holders',
  'hadToken',
]);

/**
 * Names the content of an object as its administrators know it: the same content, the same version, whoever wrote it and
 * on whichever store. Also what is never shown counts, such as a password's hash, so that a change of it is noticed.
 */
export function etagOf(object: object): string {
  const members = Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(members), (name, value: unknown) =>
    UNSEEN_FIELDS.has(name) ? undefined : value,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** What a caller last saw: one of these versions, or any version at all as long as there is the object. */
export type IfMatchVersions = readonly string[] | 'any';

/** Whether the object is still as the caller saw it. Whoever says nothing has the last word. */
export function isUnchangedSince(object: object, seen: IfMatchVersions | undefined): boolean {
  return seen === undefined || seen === 'any' || seen.includes(etagOf(object));
}
