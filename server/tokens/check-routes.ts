import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { tokenId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { checkCode } from './check-code.ts';
import { parseTypedOtp } from './kinds/oath/format.ts';

// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const checking = z
  .strictObject({
    otp: z.string().max(32).openapi({ description: 'With its PIN, where it has one.', example: '755224' }),
  })
  .openapi('TokenCheckInput');
const checked = z
  .object({
    verdict: z.enum(['right', 'used', 'late', 'wrong']).openapi({
      description:
        '`right`: a sign-in would take it now. `used`: it was right, and it or one after it was used. `late` (TOTP): it was right some steps ago. `wrong`: none of these.',
    }),
    offset: z.int().optional().openapi({
      description:
        'Of `right` and `late`. TOTP: its step against the service’s, negative where the device is behind. HOTP: how many unused codes it would pass over.',
    }),
  })
  .openapi('TokenCheck');

const check = createRoute({
  method: 'post',
  path: '/tokens/{id}/check',
  tags: ['Tokens'],
  summary: 'See whether a code would be right, without using it',
  description:
    'For a help desk. Moves no counter, counts no failure, locks nothing; the code stays good for a sign-in. Each check is an event. What is not right is counted by itself: after 5 within an hour, or 20 within a week, no code of the token is checked for a while (`TOO_MANY_ATTEMPTS`). TOTP and HOTP alone (`TOKEN_KIND_UNFIT`): everything else is used up by being checked. Tokens of administrators are never checked.',
  security: [{ apiKey: ['write'] }],
  request: { params: z.object({ id: tokenId }), ...jsonBody(checking) },
  responses: { 200: jsonAnswer('What it is.', checked), ...refusals },
});

export function tokenChecks(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['POST'], ['/tokens/:id/check'], authorize(ports, 'write'));
  app.openapi(check, async (c) => {
    const otp = parseTypedOtp(c.req.valid('json').otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    const verdict = await checkCode(ports, c.get('act'), c.req.valid('param').id, otp);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.check, 200);
  });
  return app;
}
