import type { RefusalCode } from '@countersign/protocol/codes';
import { z } from '@hono/zod-openapi';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { isAddressFor } from '../tokens/kinds/sent/out-of-band-code.ts';

/** An issue with a refusal code of its own. */
function refuseWith(context: z.RefinementCtx, refused: RefusalCode): never {
  context.addIssue({ code: 'custom', params: { refused } });
  return z.NEVER;
}

/** Digits as a user types them, with blanks between. */
export const typedOtp = z
  .string()
  .max(32)
  .transform((text, context) => parseTypedOtp(text) ?? refuseWith(context, 'OTP_MALFORMED'));

export const mobilePhone = z
  .string()
  .max(40)
  .transform((phone, context) => (isAddressFor('sms', phone) ? phone : refuseWith(context, 'PHONE_MALFORMED')));
