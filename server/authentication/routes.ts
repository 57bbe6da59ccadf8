import { createRoute, z } from '@hono/zod-openapi';
import { authorize, mayUse } from '../http/api/authorize.ts';
import { anyName, password, personAddress, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { TOKEN_KINDS } from '../tokens/token.ts';
import { authenticate } from './authenticate.ts';

const common = { resource: resourceId, address: personAddress };
// Parsed by the rule itself, so that a malformed code is refused before anything is counted (SR-47).
const otp = z.string().max(32).openapi({
  description: 'Exactly 6 to 10 digits, with the four of its PIN before or after them where the token has one.',
  example: '492039',
});
const recoveryCode = z
  .string()
  .min(1)
  .max(40)
  .optional()
  .openapi({ description: 'In place of `otp`, where the device is not at hand.', example: 'k5n8w-2r7t4' });

const request = z
  .discriminatedUnion('method', [
    z.strictObject({ ...common, method: z.literal('password'), user: anyName, password }),
    z.strictObject({ ...common, method: z.literal('otp'), user: anyName, otp: otp.optional(), recoveryCode }),
    z.strictObject({
      ...common,
      method: z.literal('password-otp'),
      user: anyName,
      password,
      otp: otp.optional(),
      recoveryCode,
    }),
    z.strictObject({ ...common, method: z.literal('token'), token: tokenId, otp }),
  ])
  .refine((body) => !('recoveryCode' in body) || body.recoveryCode === undefined || body.otp === undefined, {
    message: 'otp or recoveryCode, not both',
    path: ['recoveryCode'],
  })
  .refine((body) => body.method !== 'otp' || (body.otp ?? body.recoveryCode) !== undefined, {
    message: 'otp or recoveryCode',
    path: ['otp'],
  })
  .openapi('AuthenticationRequest');

const answer = z
  .object({
    authenticated: z.literal(true),
    method: z.enum(['password', 'otp', 'password-otp', 'token']),
    user: z.object({ id: userId, login: z.string() }).optional(),
    token: tokenId.optional(),
    kind: z.enum(TOKEN_KINDS).optional().openapi({ description: 'Of the token whose code was right.' }),
    pin: z.literal(true).optional().openapi({ description: 'A PIN was part of the code.' }),
    otp: z.enum(['verified', 'skipped', 'not_used']).openapi({
      description: '`skipped`: the person’s tokens are deactivated, so the password alone let them in.',
    }),
  })
  .openapi('Authentication');

const route = createRoute({
  method: 'post',
  path: '/authentications',
  tags: ['Authentication'],
  summary: 'Authenticate a person or a token',
  description:
    'Your server names the method. A success is 200; every refusal is an error status with a `code`, so code that only looks at the status never lets anybody in by mistake.',
  security: [{ apiKey: ['authenticate'] }],
  request: jsonBody(request),
  responses: { 200: jsonAnswer('Authenticated.', answer), ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo'>;

export function authentications(ports: Needs) {
  const app = apiRouter();
  app.use('/authentications', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    if ('otp' in body && body.otp !== undefined && parseTypedOtp(body.otp) === undefined)
      return refuse(c, 'OTP_MALFORMED');
    const { address, ...rest } = body;
    const asked = { ...rest, ...(address !== undefined && { address }) };
    const verdict = await authenticate(ports, c.get('act'), asked);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    return c.json({ authenticated: true as const, ...verdict }, 200);
  });
  return app;
}
