import { PIN_POSITIONS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import { anyName, instantOf, label } from '../http/api/fields.ts';
import { base32Decode } from './kinds/oath/base32.ts';
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from './kinds/oath/code.ts';

/** The fields that requests about tokens of several kinds share. */

export const secret = z
  .string()
  .max(128)
  .transform((text, context) => {
    const bytes = base32Decode(text);
    if (bytes && bytes.length >= SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES) return bytes;
    context.addIssue({ code: 'custom', message: `base32 of ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    description: 'The secret in base32. Default: a random one.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  });

export const digits = z
  .union([z.literal(6), z.literal(8)])
  .openapi({ description: 'The number of digits.', example: 6 });
export const periodMs = z
  .int()
  .min(30_000)
  .max(86_400_000)
  .refine((period) => period % 30_000 === 0, 'a multiple of 30 000')
  .openapi({ description: 'TOTP only: how long a code is valid, in milliseconds.', example: 30_000 });
export const pin = z
  .strictObject({
    digits: z
      .string()
      .regex(/^[0-9]{4}$/, 'four digits')
      .openapi({ description: 'The PIN.', example: '4711' }),
    position: z.enum(PIN_POSITIONS).openapi({ description: 'Where the PIN is typed.' }),
  })
  .openapi('TokenPin', { description: 'Typed before or after the code, as one string with it.' });
export const counter = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER - 1000)
  .default(0);
export const name = label(100).openapi({ description: 'The name of the token.', example: 'Phone of Alice' });
export const serial = label(64).openapi({ description: 'The serial number.', example: '1300467712' });
export const expiresAt = instantOf('When it expires.');
export const kindOf = <const T extends string>(kinds: readonly [T, ...T[]]) =>
  z.enum(kinds).openapi({ description: 'The kind of the token.' });
export const record = {
  name,
  serial: serial.optional(),
  owner: anyName.optional().openapi({ description: 'Id or any name of the user who owns the token.' }),
  expiresAt: expiresAt.optional(),
};
export const to = z.string().max(200).openapi({
  description: 'Where codes are sent: a phone number such as `+4915112345678`, or an email address.',
  example: '+4915112345678',
});
