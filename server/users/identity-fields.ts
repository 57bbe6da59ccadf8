import { METADATA_LIMITS } from '@countersign/protocol/user-columns';
import { z } from '@hono/zod-openapi';
import { parseExternalId } from './external-id.ts';
import { isMetadata, type Metadata } from './metadata.ts';

/** Who a user is to the sites, in requests and responses. */

export const externalId = z
  .string()
  .max(512)
  .refine((text) => parseExternalId(text) !== undefined, '1 to 128 visible characters without spaces')
  .overwrite((text) => parseExternalId(text) ?? text)
  .openapi({
    description:
      'The id of the user in your own records: 1 to 128 visible characters, unique in the account, case-sensitive. Only the superuser, and API keys for all resources, can set it.',
    example: 'customer-1042',
  });

export const metadata = z
  .custom<Metadata>(
    isMetadata,
    `at most ${METADATA_LIMITS.keys} keys and ${METADATA_LIMITS.bytes} bytes, two levels deep`,
  )
  .openapi({
    type: 'object',
    additionalProperties: true,
    description: `What you store with the user: at most ${METADATA_LIMITS.keys} keys, ${METADATA_LIMITS.bytes} bytes as JSON. Values are strings, numbers, booleans, and lists or objects of these. Keys have 1 to 40 characters of \`A-Z a-z 0-9 _ -\`, the first a letter. Only the superuser, and API keys for all resources, can set it.`,
    example: { plan: 'gold', regions: ['eu'] },
  });
