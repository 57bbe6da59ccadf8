import { z } from '@hono/zod-openapi';
import { userId } from '../../../http/api/fields.ts';
import { record } from '../../input-fields.ts';

export const recoveryInput = z
  .strictObject({
    ...record,
    kind: z.literal('recovery').openapi({ description: 'The kind of the token.' }),
    owner: userId,
  })
  .openapi('RecoveryTokenInput', {
    description: 'Ten recovery codes. Each works once in place of a code of another token.',
  });
