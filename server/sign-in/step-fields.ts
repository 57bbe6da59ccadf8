import type { RefusalCode } from '@countersign/protocol/codes';
import { FLOW_HEADER, type FlowView } from '@countersign/protocol/flow';
import { SOLUTION_HEADER } from '@countersign/protocol/puzzle';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { languageTag } from '../http/api/fields.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { mailLanguage } from '../kernel/mail.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { isAddressFor } from '../tokens/kinds/sent/out-of-band-code.ts';
import type { StepRequest } from './step-outcome.ts';

/** An issue with a refusal code of its own. */
function refuseWith(context: z.RefinementCtx, refused: RefusalCode): never {
  context.addIssue({ code: 'custom', params: { refused } });
  return z.NEVER;
}

/** The number of steps evaluated before. */
export const seq = z.int().min(0).max(1000);

/** The language of the frame, for messages that a step sends. */
export const frameLanguage = languageTag.transform(mailLanguage);

/** Digits as a user types them, with blanks between. */
export const typedOtp = z
  .string()
  .max(32)
  .transform((text, context) => parseTypedOtp(text) ?? refuseWith(context, 'OTP_MALFORMED'));

export const mobilePhone = z
  .string()
  .max(40)
  .transform((phone, context) => (isAddressFor('sms', phone) ? phone : refuseWith(context, 'PHONE_MALFORMED')));

/** The request of the frame, the same for every step. */
export function stepRequest(c: Context<AppEnv>, seq: number): StepRequest {
  return { handle: c.req.header(FLOW_HEADER), seq, client: clientInfo(c), solution: c.req.header(SOLUTION_HEADER) };
}

export function flowResponse(c: Context<AppEnv>, result: Result<FlowView>): Response {
  return isRefusal(result) ? refuseResult(c, result) : c.json(result, 200);
}
