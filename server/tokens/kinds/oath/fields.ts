import { OTP_ALGORITHMS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import { counter, digits, kindOf, periodMs, pin, record, secret } from '../../input-fields.ts';

export const oathInput = z
  .strictObject({
    ...record,
    kind: kindOf(['totp', 'hotp']),
    algorithm: z
      .enum(OTP_ALGORITHMS)
      .default('SHA1')
      .openapi({ description: 'The hash function. Many apps support only SHA1.' }),
    digits: digits.default(6),
    periodMs: periodMs.default(30_000),
    counter: counter.openapi({ description: 'HOTP only: the next counter.', example: 0 }),
    secret: secret.optional(),
    pin: pin.optional(),
  })
  .openapi('OathTokenInput', { description: 'A token for TOTP or HOTP codes.', example: { owner: 'alice' } });
