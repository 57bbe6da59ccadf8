import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import {
  anyName,
  login,
  MAX_NAME_LENGTH,
  password,
  resourceId,
  tokenId,
  userAddress,
  userId,
} from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import { parseId } from '../kernel/ids.ts';
import { mayUse } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { authenticate, authenticationKeys } from './authenticate.ts';

const METHODS = ['password', 'otp', 'password-otp', 'token'] as const;
type Method = (typeof METHODS)[number];

const common = { resource: resourceId, address: userAddress };
// Parsed by the rule itself, so that a malformed code is refused before anything is counted (SR-47).
const otp = z.string().max(32).openapi({
  description: 'The code: 6 to 10 digits, with the four digits of the PIN before or after them if the token has one.',
  example: '492039',
});
const recoveryCode = z
  .string()
  .min(1)
  .max(40)
  .optional()
  .openapi({ description: 'A recovery code instead of `otp`.', example: 'k5n8w-2r7t4' });

const method = <const T extends Method>(name: T) => z.literal(name).openapi({ description: 'What is checked.' });

const request = z
  .discriminatedUnion('method', [
    z.strictObject({ ...common, method: method('password'), user: anyName, password }),
    z
      .strictObject({ ...common, method: method('otp'), user: anyName, otp: otp.optional(), recoveryCode })
      .openapi({ example: { otp: '492039' } }),
    z
      .strictObject({
        ...common,
        method: method('password-otp'),
        user: anyName,
        password,
        otp: otp.optional(),
        recoveryCode,
      })
      .openapi({ example: { otp: '492039' } }),
    z.strictObject({ ...common, method: method('token'), token: tokenId, otp }),
  ])
  .refine((body) => !('recoveryCode' in body) || body.recoveryCode === undefined || body.otp === undefined, {
    message: 'otp or recoveryCode, not both',
    path: ['recoveryCode'],
  })
  .refine((body) => body.method !== 'otp' || (body.otp ?? body.recoveryCode) !== undefined, {
    message: 'otp or recoveryCode',
    path: ['otp'],
  })
  .openapi('AuthenticationRequest', { description: 'The credentials to check.' });

const answer = z
  .object({
    authenticated: z.literal(true).openapi({ description: 'Always true: a refusal is an error status.' }),
    method: z.enum(METHODS).openapi({ description: 'What was checked.' }),
    user: z.object({ id: userId, login }).optional().openapi({ description: 'The user.' }),
    token: tokenId.optional().openapi({ description: 'Id of the token whose code was right.' }),
    kind: z.enum(TOKEN_KINDS).optional().openapi({ description: 'The kind of this token.' }),
    pin: z.literal(true).optional().openapi({ description: 'The code included a PIN.' }),
    otp: z.enum(['verified', 'skipped', 'not_used']).openapi({
      description: '`skipped`: the tokens of the user are deactivated, so the password was enough.',
    }),
    passwordBreached: z.literal(true).optional().openapi({
      description: 'Only if the resource warns of it: the password was stolen elsewhere and published.',
    }),
  })
  .openapi('Authentication', {
    description: 'A successful authentication.',
    example: {
      method: 'password-otp',
      user: { id: 'usr_01k8dq9z2mp', login: 'alice' },
      token: 'tok_01k8dq9z2mp',
      kind: 'totp',
    },
  });

type Needs = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo' | 'breachedPasswords' | 'reportFault'
>;

export const authenticationRoutes = [
  route({
    method: 'post',
    path: '/authentications',
    scope: 'authenticate',
    operationId: 'authenticateUser',
    tag: 'Authentication',
    summary: 'Authenticate a user or a token',
    description:
      'Your server names the method. A success is 200; every refusal is an error status with a `code`, so a client that checks only the status never accepts a refusal by mistake.',
    readAhead: (body, account, store) => authenticationKeys(store, account, namedIn(body)),
    request: jsonBody(request),
    responses: { 200: jsonAnswer('Authenticated.', answer) },
    handle: async (c, ports: Needs) => {
      const body = c.req.valid('json');
      if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
      if ('otp' in body && body.otp !== undefined && parseTypedOtp(body.otp) === undefined)
        return refuse(c, 'OTP_MALFORMED');
      const { address, ...rest } = body;
      const asked = { ...rest, ...omitUndefined({ address }) };
      const verdict = await authenticate(ports, c.get('act'), asked, c.get('store'));
      if (isRefusal(verdict)) return refuseResult(c, verdict);
      return c.json({ authenticated: true as const, ...verdict }, 200);
    },
  }),
];

/** What a body names, before it is validated. */
function namedIn(body: unknown): Parameters<typeof authenticationKeys>[2] {
  const { resource, user, token } = Object(body) as Record<string, unknown>;
  return {
    resource: parseId('res', resource),
    user: typeof user === 'string' && user.length <= MAX_NAME_LENGTH ? user : undefined,
    token: parseId('tok', token),
  };
}
