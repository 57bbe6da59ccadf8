import { REFUSALS } from '@countersign/protocol/codes';
import { createRoute, z } from '@hono/zod-openapi';
import { ENVIRONMENT_ACTIONS } from '../browsers/device-fingerprint/environment-check.ts';
import { environment } from '../browsers/environment-fields.ts';
import { authorize } from '../http/api/authorize.ts';
import { anyName, filterId, instant, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { canonicalAddress } from '../kernel/addresses.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { TOKEN_STATES } from '../tokens/token.ts';
import { explain } from './explain.ts';
import { LEVELS } from './step-up.ts';

const METHODS = ['password', 'otp', 'password-otp', 'token'] as const;

const input = z
  .strictObject({
    resource: resourceId,
    user: anyName.optional(),
    token: tokenId.optional().openapi({ description: 'Instead of a user: a sign-in with this token alone.' }),
    method: z
      .enum(['password', 'otp', 'password-otp', 'widget'])
      .optional()
      .openapi({ description: 'Of a user. `widget`, the default: the one that the server picks there.' }),
    address: z
      .string()
      .max(64)
      .refine((text) => canonicalAddress(text) !== undefined, 'an IPv4 or IPv6 address')
      .optional(),
    environment: environment
      .optional()
      .openapi({ description: 'What the person’s browser is like, for a resource that compares it.' }),
    acr: z.enum(LEVELS).optional().openapi({ description: 'The level that a login request would demand.' }),
    at: instant.optional().openapi({ description: 'When, in ms since 1970. Default now.' }),
  })
  .refine(({ user, token }) => (user === undefined) !== (token === undefined), 'name either a user or a token')
  .refine(({ token, method }) => token === undefined || method === undefined, 'a token has one method alone')
  .openapi('ExplainInput');

const code = z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]);
const looked = { passed: z.boolean(), code: code.optional() };
const check = z.discriminatedUnion('check', [
  z.object({ check: z.literal('plan'), ...looked }),
  z.object({ check: z.literal('resource'), ...looked }),
  z.object({
    check: z.literal('filter'),
    ...looked,
    id: filterId,
    kind: z.enum(['geo', 'time', 'ip']).optional().openapi({ description: 'Absent: the filter is gone.' }),
    country: z.string().nullable().optional(),
    address: z.string().nullable().optional(),
    localTime: z.string().nullable().optional().openapi({ example: 'fri 09:05' }),
  }),
  z.object({ check: z.literal('password-wait'), ...looked, until: instant.optional() }),
  z.object({
    check: z.literal('user'),
    ...looked,
    id: userId.optional(),
    state: z.enum(['live', 'blocked', 'not-by-api', 'unknown']),
  }),
  z.object({ check: z.literal('password-set'), ...looked }),
  z.object({
    check: z.literal('assignment'),
    ...looked,
    kind: z.enum(['none', 'alone', 'token', 'alone-and-token', 'direct']),
  }),
  z.object({
    check: z.literal('token'),
    ...looked,
    id: tokenId,
    state: z.enum(TOKEN_STATES).optional(),
    counts: z.boolean().openapi({ description: 'Whether the assignment that names it still stands.' }),
    why: z.enum(['gone', 'changed-hands']).optional(),
  }),
  z.object({
    check: z.literal('environment'),
    ...looked,
    percent: z
      .int()
      .nullable()
      .openapi({ description: 'Null: nothing is remembered, or nobody said what the browser is like.' }),
    action: z.enum(ENVIRONMENT_ACTIONS),
  }),
  z.object({
    check: z.literal('factors'),
    ...looked,
    reason: z
      .enum(['no-token', 'deactivated', 'locked', 'expired', 'out-of-step', 'not-accepted', 'level', 'environment'])
      .optional(),
  }),
]);
const answer = z
  .object({
    resource: resourceId,
    method: z.enum(METHODS),
    at: instant,
    checks: z.array(check).openapi({ description: 'In order. The first that did not pass decided.' }),
    factors: z
      .object({ password: z.boolean(), otp: z.boolean(), otpSkipped: z.boolean() })
      .nullable()
      .openapi({ description: 'What the person has to show; null where nothing helps.' }),
    verdict: z
      .object({
        granted: z.boolean(),
        otp: z.enum(['verified', 'skipped', 'not_used']).optional(),
        code: code.optional(),
      })
      .openapi({ description: 'Of a sign-in with right password and code.' }),
  })
  .openapi('Explanation');

const route = createRoute({
  method: 'post',
  path: '/explain',
  tags: ['Authentication'],
  summary: 'Say what would be decided, and why',
  description: 'A dry run without secrets: nothing is counted, used up or told of.',
  security: [{ apiKey: ['read'] }],
  request: jsonBody(input),
  responses: { 200: jsonAnswer('What would be decided.', answer), ...refusals },
});

export function explanations(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo'>) {
  const app = apiRouter();
  app.on(['POST'], ['/explain'], authorize(ports, 'read'));
  app.openapi(route, async (c) => {
    const { user, token, method = 'widget', ...rest } = c.req.valid('json');
    const subject = token === undefined ? { user: user ?? '', method } : { token };
    const verdict = await explain(ports, c.get('act'), { ...rest, subject });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.explained, 200);
  });
  return app;
}
