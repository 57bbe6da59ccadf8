import { createRoute, z } from '@hono/zod-openapi';
import { base32Decode, base32Encode } from '../../domain/otp/base32.ts';
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from '../../domain/otp/code.ts';
import { parseOtp } from '../../domain/otp/format.ts';
import { otpauthUri } from '../../domain/otp/otpauth.ts';
import { OTP_ALGORITHMS, type Token } from '../../domain/token.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { createToken } from '../../usecases/create-token.ts';
import { readUser } from '../../usecases/find-user.ts';
import { listObjects } from '../../usecases/list-objects.ts';
import { readObject } from '../../usecases/read-object.ts';
import { resyncToken } from '../../usecases/resync-token.ts';
import { updateToken } from '../../usecases/update-token.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuse } from '../problem.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { creationHeaders, instant, label, pageOf, pageQuery, resourceId, tokenId, userId } from './fields.ts';

const secret = z
  .string()
  .max(128)
  .transform((text, context) => {
    const bytes = base32Decode(text);
    if (bytes && bytes.length >= SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES) return bytes;
    context.addIssue({ code: 'custom', message: `base32 of ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes` });
    return z.NEVER;
  })
  .openapi({ type: 'string', description: 'Base32. Leave out to have one made.' });

const digits = z.union([z.literal(6), z.literal(8)]);
const periodMs = z
  .int()
  .min(30_000)
  .max(86_400_000)
  .refine((period) => period % 30_000 === 0, 'a multiple of 30 000');
const creation = z
  .strictObject({
    name: label(100),
    kind: z.enum(['totp', 'hotp']),
    algorithm: z.enum(OTP_ALGORITHMS).default('SHA1').openapi({ description: 'Many apps know SHA1 alone.' }),
    digits: digits.default(6),
    periodMs: periodMs.default(30_000).openapi({ description: 'TOTP only.' }),
    counter: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER - 1000)
      .default(0)
      .openapi({ description: 'HOTP only: the next counter.' }),
    secret: secret.optional(),
    serial: label(64).optional(),
    owner: userId.optional(),
    expiresAt: instant.optional(),
  })
  .openapi('TokenInput');
const changes = z
  .strictObject({
    name: label(100),
    enabled: z.boolean().openapi({ description: '`false` deactivates: the token takes no part in signing in.' }),
    locked: z.boolean().openapi({ description: '`false` unlocks and zeroes the failures.' }),
    owner: userId.nullable().openapi({ description: 'A new owner voids the assignments that named this token.' }),
    expiresAt: instant.nullable(),
  })
  .partial()
  .openapi('TokenChanges');
// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const shownCode = z.string().max(32);
const resyncing = z
  .strictObject({
    otps: z
      .tuple([shownCode, shownCode])
      .openapi({ description: 'Two codes that the device showed one after the other.', example: ['755224', '287082'] }),
  })
  .openapi('TokenResyncInput');
const shown = z
  .object({
    id: tokenId,
    name: z.string(),
    serial: z.string().optional(),
    kind: z.enum(['totp', 'hotp']),
    algorithm: z.enum(OTP_ALGORITHMS),
    digits,
    periodMs: z.int().optional(),
    owner: userId.optional(),
    enabled: z.boolean(),
    needsResync: z
      .literal(true)
      .optional()
      .openapi({ description: 'After a restored backup: no code counts before a resynchronisation.' }),
    locked: z.object({ reason: z.enum(['otp-failures', 'administrator']), at: instant }).nullable(),
    failures: z.int(),
    expiresAt: instant.optional(),
    directResources: z.array(resourceId),
    createdAt: instant,
  })
  .openapi('Token');
const enrolled = z
  .object({
    token: shown,
    secret: z.string().openapi({ description: 'Base32. Shown this once and never again.' }),
    otpauthUri: z.string().openapi({ description: 'For a QR code that authenticator apps read.' }),
  })
  .openapi('EnrolledToken');

/** A token without its seed, its counters' place and its sealed text: those never leave (SR-23). */
export function presentToken(token: Token): z.input<typeof shown> {
  const { id, name, serial, factor, algorithm, digits, owner, enabled, lock, failures, expiresAt, needsResync } = token;
  return {
    id,
    name,
    ...(serial !== undefined && { serial }),
    kind: factor.kind,
    algorithm,
    digits,
    ...(factor.kind === 'totp' && { periodMs: factor.periodMs }),
    ...(owner !== undefined && { owner }),
    enabled,
    ...(needsResync && { needsResync }),
    locked: lock ?? null,
    failures,
    ...(expiresAt !== undefined && { expiresAt }),
    directResources: token.directResources,
    createdAt: token.createdAt,
  };
}

const tags = ['Tokens'];
const params = z.object({ id: tokenId });
const create = createRoute({
  method: 'post',
  path: '/tokens',
  tags,
  summary: 'Create a token',
  security: [{ apiKey: ['write'] }],
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Created. The seed is in this answer alone.', enrolled), ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/tokens',
  tags,
  summary: 'List tokens, newest first',
  security: [{ apiKey: ['read'] }],
  request: { query: pageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  path: '/tokens/{id}',
  tags,
  summary: 'Read a token',
  security: [{ apiKey: ['read'] }],
  request: { params },
  responses: { 200: jsonAnswer('The token.', shown), ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/tokens/{id}',
  tags,
  summary: 'Change, deactivate, lock, unlock or hand over a token',
  security: [{ apiKey: ['write'] }],
  request: { params, ...jsonBody(changes) },
  responses: { 200: jsonAnswer('The token as it is now.', shown), ...refusals },
});
const resync = createRoute({
  method: 'post',
  path: '/tokens/{id}/resync',
  tags,
  summary: 'Find the place of a token again',
  description:
    'For a device whose button was pressed too often or whose clock is wrong. Codes that do not fit count as one wrong code, and lock the token when they are too many in a row. Right ones are used up, and forgive nothing.',
  security: [{ apiKey: ['write'] }],
  request: { params, ...jsonBody(resyncing) },
  responses: { 200: jsonAnswer('The token, in step again.', shown), ...refusals },
});

export function tokens(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>, issuerName: string) {
  const app = apiRouter();
  app.on(['GET'], ['/tokens', '/tokens/:id'], authorize(ports, 'read'));
  app.on(['POST', 'PATCH'], ['/tokens', '/tokens/:id', '/tokens/:id/resync'], authorize(ports, 'write'));

  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const { account } = c.get('act').actor;
    const verdict = await createOnce(ports, c, 'tok', async (birth) => {
      const made = await createToken(ports, c.get('act'), birth, body);
      if (isRefusal(made)) return made;
      const owner = made.token.owner && (await readUser(ports, account, made.token.owner));
      const uri = otpauthUri({
        issuer: issuerName,
        account: owner ? owner.login : made.token.name,
        token: made.token,
        secret: made.secret,
      });
      return { token: presentToken(made.token), secret: base32Encode(made.secret), otpauthUri: uri };
    });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  app.openapi(list, async (c) => {
    const { account } = c.get('act').actor;
    const list = { ...c.req.valid('query'), index: indexes.tokens(account), account, key: documents.token };
    const page = await listObjects(ports, list);
    return isRefusal(page) ? refuseVerdict(c, page) : c.json({ ...page, items: page.items.map(presentToken) }, 200);
  });
  app.openapi(read, async (c) => {
    const key = documents.token(c.req.valid('param').id);
    const verdict = await readObject(ports, c.get('act').actor.account, key, 'TOKEN_NOT_FOUND');
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentToken(verdict.object), 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const verdict = await updateToken(ports, c.get('act'), id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentToken(verdict.object), 200);
  });
  app.openapi(resync, async (c) => {
    const { otps } = c.req.valid('json');
    if (!otps.every((otp) => parseOtp(otp) !== undefined)) return refuse(c, 'OTP_MALFORMED');
    const verdict = await resyncToken(ports, c.get('act'), c.req.valid('param').id, otps);
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentToken(verdict.object), 200);
  });
  return app;
}
