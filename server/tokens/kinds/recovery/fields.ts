import { z } from '@hono/zod-openapi';
import { record } from '../../input-fields.ts';

export const recoveryInput = z
  .strictObject({
    ...record,
    kind: z.literal('recovery').openapi({ description: 'The kind of the token.' }),
    owner: record.owner.unwrap(),
  })
  .openapi('RecoveryTokenInput', {
    description: 'Ten recovery codes. Each works once in place of a code of another token.',
  });
