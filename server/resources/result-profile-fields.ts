import { PROFILE_FIELDS } from '@countersign/protocol/resources';
import { METADATA_LIMITS } from '@countersign/protocol/user-columns';
import { z } from '@hono/zod-openapi';
import { isMetadataKey } from '../users/metadata.ts';
import type { ResultProfile } from './result-claims.ts';

const fields = z.array(z.enum(PROFILE_FIELDS)).max(PROFILE_FIELDS.length).openapi({
  description: '`email`, `name` (first and last name) and `externalId` (as the claim `external_id`).',
});
const metadata = z
  .array(z.string().refine(isMetadataKey, 'a key of the metadata of users'))
  .max(METADATA_LIMITS.keys)
  .openapi({ description: 'Keys of the metadata, which is the claim `metadata`.', example: ['plan'] });
const description =
  'What results carry of their users besides the login, as it is when the result is made. It passes through the browser of the user. Null: nothing.';

export const resultProfile = z
  .strictObject({ fields: fields.default([]), metadata: metadata.default([]) })
  .openapi('ResultProfileInput', { description });
export const resultProfileView = z.object({ fields, metadata }).openapi('ResultProfile', { description });

export function presentProfile({ fields, metadata }: ResultProfile): z.input<typeof resultProfileView> {
  return { fields: [...fields], metadata: [...metadata] };
}
