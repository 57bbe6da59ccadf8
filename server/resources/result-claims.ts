import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ProfileField } from '@countersign/protocol/resources';
import type { ProfileClaims } from '@countersign/protocol/result';
import type { User } from '../users/user.ts';

/** What the results of a resource carry of their users. */
export interface ResultProfile {
  fields: readonly ProfileField[];
  /** Keys of the metadata. */
  metadata: readonly string[];
}

/** What `profileClaims` reads of a user. */
export type ProfiledUser = Pick<User, 'email' | 'firstName' | 'secondName' | 'externalId' | 'metadata'>;

/**
 * The claims of a user that a resource's results carry. Metadata is one claim, so no key can take the place of another
 * claim. What the user does not have is left out.
 */
export function profileClaims(user: ProfiledUser, profile: ResultProfile | undefined): ProfileClaims {
  if (!profile) return {};
  const { email, externalId } = user;
  const name = [user.firstName, user.secondName].filter((part) => part !== undefined).join(' ') || undefined;
  const all = { email, name, externalId };
  const wanted = (field: ProfileField) => (profile.fields.includes(field) ? all[field] : undefined);
  const entries = Object.entries(user.metadata ?? {}).filter(([key]) => profile.metadata.includes(key));
  return omitUndefined({
    email: wanted('email'),
    name: wanted('name'),
    external_id: wanted('externalId'),
    metadata: entries.length > 0 ? Object.fromEntries(entries) : undefined,
  });
}
