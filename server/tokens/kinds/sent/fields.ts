import { z } from '@hono/zod-openapi';
import { kindOf, name, pin, record, to } from '../../input-fields.ts';
import { ADDRESS_FORMS, isAddressFor } from './out-of-band-code.ts';

export const sentInput = z
  .strictObject({
    ...record,
    name: name.optional().openapi({ description: 'The name of the token. Default: the masked address.' }),
    kind: kindOf(['sms', 'email']),
    to,
    pin: pin.optional(),
  })
  .refine((input) => isAddressFor(input.kind, input.to), {
    path: ['to'],
    error: ({ input }) => ADDRESS_FORMS[(input as { kind: 'sms' | 'email' }).kind],
  })
  .openapi('SentTokenInput', { description: 'A phone number or an email address that receives codes.' });
