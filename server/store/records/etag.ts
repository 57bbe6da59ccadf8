import { createHash } from 'node:crypto';

/** Fields that a sign-in changes, and internal marks: administrators do not see them. */
export const UNSEEN_FIELDS: ReadonlySet<string> = new Set([
  'nextCounter',
  'driftSteps',
  'lastCountedAttempt',
  'recovery',
  'passkeys',
  'claiming',
  'holders',
  'hadToken',
  'passkeyUpgraded',
  'replacementsEndedAt',
  'deactivation',
  'signInsCompared',
  'trustEpoch',
  'credentialEpoch',
]);

/**
 * The version of an object's content as administrators know it: the same content has the same version, whichever
 * process wrote it and on any store. Fields that are never shown count too, such as a password's hash, so that a change
 * of them is noticed.
 */
export function etagOf(object: object): string {
  const members = Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(members), (name, value: unknown) =>
    UNSEEN_FIELDS.has(name) ? undefined : value,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** The versions that a caller last saw: one of these, or any version while the object exists. */
export type IfMatchVersions = readonly string[] | 'any';

/** True if the object is unchanged since the caller saw it. A caller without a version overwrites. */
export function isUnchangedSince(object: object, seen: IfMatchVersions | undefined): boolean {
  return seen === undefined || seen === 'any' || seen.includes(etagOf(object));
}
