import { REFUSALS } from '@countersign/protocol/codes';
import { FILTER_KINDS } from '@countersign/protocol/filters';
import { ENVIRONMENT_ACTIONS } from '@countersign/protocol/resources';
import { LOCK_REASONS, TOKEN_STATES } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import { environment } from '../browsers/environment-fields.ts';
import { anyName, filterId, instant, instantOf, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { canonicalAddress } from '../kernel/addresses.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { explain } from './explain.ts';
import { LEVELS } from './step-up.ts';

const METHODS = ['password', 'otp', 'password-otp', 'token'] as const;

const input = z
  .strictObject({
    resource: resourceId,
    user: anyName.optional(),
    token: tokenId
      .optional()
      .openapi({ description: 'Id of a token, instead of a user: a sign-in with this token alone.' }),
    method: z
      .enum(['password', 'otp', 'password-otp', 'widget'])
      .optional()
      .openapi({ description: 'The method of a user. `widget`, the default: the one that the server selects there.' }),
    address: z
      .string()
      .max(64)
      .refine((text) => canonicalAddress(text) !== undefined, 'an IPv4 or IPv6 address')
      .optional()
      .openapi({ description: 'The IP address of the user.', example: '203.0.113.7' }),
    environment: environment
      .optional()
      .openapi({ description: 'The browser of the user, for a resource that compares it.' }),
    acr: z.enum(LEVELS).optional().openapi({ description: 'The level that a login request would require.' }),
    at: instant.optional().openapi({ description: 'When, in milliseconds since 1970. Default: now.' }),
  })
  .refine(({ user, token }) => (user === undefined) !== (token === undefined), 'name either a user or a token')
  .refine(({ token, method }) => token === undefined || method === undefined, 'a token has one method alone')
  .openapi('ExplainInput', { description: 'The sign-in to explain.', example: { user: 'alice' } });

const code = z
  .enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS])
  .openapi({ description: 'The code of the refusal.' });
const outcome = {
  passed: z.boolean().openapi({ description: 'Whether it passed.' }),
  code: code.optional(),
};
const named = <const T extends string>(name: T, what: string) => z.literal(name).openapi({ description: what });
const check = z.discriminatedUnion('check', [
  z.object({ check: named('plan', 'Whether the service plan is active.'), ...outcome }),
  z.object({ check: named('resource', 'Whether the resource is enabled.'), ...outcome }),
  z.object({
    check: named('filter', 'Whether a filter allows it.'),
    ...outcome,
    id: filterId,
    kind: z
      .enum(FILTER_KINDS)
      .optional()
      .openapi({ description: 'The kind of the filter. Missing if the filter does not exist any more.' }),
    country: z.string().nullable().optional().openapi({ description: 'The country of the address.', example: 'AT' }),
    address: z.string().nullable().optional().openapi({ description: 'The address.', example: '203.0.113.7' }),
    localTime: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: 'The time in the zone of the filter.', example: 'fri 09:05' }),
  }),
  z.object({
    check: named('password-wait', 'Whether the user must wait after wrong passwords.'),
    ...outcome,
    until: instantOf('When the wait ends.').optional(),
    isLocked: z.literal(true).optional().openapi({
      description: 'Set after 100 wrong passwords in a row from there: no password is evaluated any more.',
    }),
  }),
  z.object({
    check: named('user', 'Whether the user exists and can sign in.'),
    ...outcome,
    id: userId.optional(),
    state: z.enum(['live', 'blocked', 'not-by-api', 'unknown']).openapi({ description: 'The state of the user.' }),
  }),
  z.object({ check: named('password-set', 'Whether the user has a password.'), ...outcome }),
  z.object({
    check: named(
      'mailbox-set',
      'On a resource that mails codes in place of the password: whether the user has an address, and did not set it with a password alone.',
    ),
    ...outcome,
  }),
  z.object({
    check: named('assignment', 'Whether there is an assignment.'),
    ...outcome,
    kind: z
      .enum(['none', 'alone', 'token', 'alone-and-token', 'direct'])
      .openapi({ description: 'The kind of the assignment.' }),
  }),
  z.object({
    check: named('token', 'Whether a token can be used.'),
    ...outcome,
    id: tokenId,
    state: z.enum(TOKEN_STATES).optional().openapi({ description: 'The state of the token.' }),
    lock: z
      .object({
        reason: z.enum(LOCK_REASONS).openapi({ description: 'Why it is locked.' }),
        at: instantOf('Since when it is locked.'),
      })
      .optional()
      .openapi({ description: 'The lock of a locked token.' }),
    counts: z.boolean().openapi({ description: 'Whether its assignment is valid.' }),
    why: z
      .enum(['gone', 'changed-hands'])
      .optional()
      .openapi({ description: 'Why not: the token was deleted, or its owner changed.' }),
  }),
  z.object({
    check: named('environment', 'Whether the browser matches the known browsers.'),
    ...outcome,
    percent: z.int().nullable().openapi({
      description: 'How well it matches. Null: there is no known browser, or none was given.',
      example: 85,
    }),
    action: z.enum(ENVIRONMENT_ACTIONS).openapi({ description: 'What happens if it differs.' }),
  }),
  z.object({
    check: named('replacement', 'Whether the user may replace deactivated tokens, where the resource requires one.'),
    ...outcome,
    state: z.enum(['permitted', 'recovery-code', 'locked', 'not-permitted']).openapi({
      description:
        'What follows the password: the new token, a recovery code and then the new token, or nothing: the recovery codes are locked, or no report of a lost device permits it.',
    }),
    until: instantOf('When the permission expires.').optional(),
  }),
  z.object({
    check: named('enrolment', 'Whether the user can set up the token that the resource asks for after the password.'),
    ...outcome,
    state: z.enum(['required', 'offered', 'impossible']).openapi({
      description:
        'Whether the token comes before the result, may be postponed, or is required and cannot be set up by the user: only an administrator can help, with a token or an enrolment link.',
    }),
    until: instantOf('How long it may be postponed.').optional(),
  }),
  z.object({
    check: named('factors', 'Whether the user has the required factors.'),
    ...outcome,
    reason: z
      .enum([
        'no-token',
        'deactivated',
        'locked',
        'locked-by-administrator',
        'expired',
        'out-of-step',
        'secret-lost',
        'not-accepted',
        'unconfirmed',
        'level',
        'environment',
      ])
      .optional()
      .openapi({ description: 'Why a code is required, skipped or impossible.' }),
  }),
]);
const answer = z
  .object({
    resource: resourceId,
    method: z.enum(METHODS).openapi({ description: 'The method.' }),
    at: instantOf('For which time it was decided.'),
    checks: z.array(check).openapi({ description: 'The checks, in order. The first that did not pass decides.' }),
    factors: z
      .object({
        password: z
          .boolean()
          .openapi({ description: 'Whether the password, or the code mailed in its place, is required.' }),
        otp: z.boolean().openapi({ description: 'Whether a one-time password is required.' }),
        otpSkipped: z
          .boolean()
          .openapi({ description: 'Whether the tokens are deactivated, so that no code is required.' }),
        recoveryOnly: z.literal(true).optional().openapi({
          description: 'Set if only a recovery code is accepted, because wrong codes have locked the tokens.',
        }),
        skippedSince: instantOf('Since when the password alone signs in.').optional(),
      })
      .nullable()
      .openapi({ description: 'What is required of the user. Null if the sign-in is refused anyway.' }),
    verdict: z
      .object({
        granted: z.boolean().openapi({ description: 'Whether the sign-in succeeds.' }),
        otp: z
          .enum(['verified', 'skipped', 'not_used'])
          .optional()
          .openapi({ description: 'Whether a one-time password is verified.' }),
        code: code.optional(),
      })
      .openapi({ description: 'The outcome of a sign-in with the right password and code.' }),
  })
  .openapi('Explanation', { description: 'How a sign-in is decided.' });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

export const explanationRoutes = [
  route({
    method: 'post',
    path: '/explain',
    scope: 'read',
    operationId: 'explainSignIn',
    tag: 'Authentication',
    summary: 'Explain what a sign-in would be answered, and why',
    description: 'A dry run without secrets: nothing is counted or used up, and there is no event.',
    request: jsonBody(input),
    responses: { 200: jsonAnswer('The explanation.', answer) },
    handle: async (c, ports: Needs) => {
      const { user, token, method = 'widget', ...rest } = c.req.valid('json');
      const subject = token === undefined ? { user: user ?? '', method } : { token };
      const verdict = await explain(ports, c.get('act'), { ...rest, subject });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.explained, 200);
    },
  }),
];
