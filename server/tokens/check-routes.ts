import { z } from '@hono/zod-openapi';
import { tokenId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { dryRunCode } from './dry-run-code.ts';
import { parseTypedOtp } from './kinds/oath/format.ts';

// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const checking = z
  .strictObject({
    otp: z.string().max(32).openapi({ description: 'The code, with the PIN if the token has one.', example: '755224' }),
  })
  .openapi('TokenCheckInput', { description: 'The code to check.' });
const checked = z
  .object({
    verdict: z.enum(['right', 'used', 'late', 'wrong']).openapi({
      description:
        '`right`: a sign-in would accept it now. `used`: it was right, and it or a later one has been used. `late` (TOTP): it was right some steps ago. `wrong`: none of these.',
    }),
    offset: z.int().optional().openapi({
      description:
        'With `right` and `late`. TOTP: its step relative to the server, negative if the device is slow. HOTP: the number of unused codes that it would skip.',
      example: -1,
    }),
  })
  .openapi('TokenCheck', { description: 'The outcome of the check.' });

const check = route({
  method: 'post',
  path: '/tokens/{id}/check',
  scope: 'write',
  operationId: 'checkTokenCode',
  tag: 'Tokens',
  summary: 'Check a code without using it up',
  description:
    'For a help desk. It changes no counter, counts no failure and locks nothing; the code stays valid for a sign-in. Each check is an event. Wrong codes have a separate limit: after 5 within an hour, or 20 within a week, no code of the token is checked for a while (`TOO_MANY_ATTEMPTS`). For TOTP and HOTP only (`TOKEN_KIND_UNFIT`). Tokens of administrators cannot be checked.',
  request: { params: z.object({ id: tokenId }), ...jsonBody(checking) },
  responses: { 200: jsonAnswer('The outcome.', checked) },
  handle: async (c, ports: SecretPorts) => {
    const otp = parseTypedOtp(c.req.valid('json').otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    const verdict = await dryRunCode(ports, c.get('act'), c.req.valid('param').id, otp);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.check, 200);
  },
});

export const tokenCheckRoutes = [check];
