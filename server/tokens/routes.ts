import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import {
  describeObject,
  type Made,
  madeFrom,
  showDeleted,
  showMade,
  showOne,
  showPage,
} from '../http/api/describe-object.ts';
import {
  administratorId,
  createdBy,
  idOrNull,
  instant,
  label,
  namedPageQuery,
  otherResources,
  presentCreator,
  presentOthers,
  resourceId,
  tokenId,
  userId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { seenOf, tagged } from '../http/api/version.ts';
import { refuse } from '../http/problem.ts';
import type { TokenId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import type { NewId } from '../records/create-object.ts';
import { showObject } from '../records/read-object.ts';
import { readUser } from '../users/find-user.ts';
import { createSentToken } from './create-sent-token.ts';
import { createOcraToken, createRecoveryCodes, createToken } from './create-token.ts';
import { deleteToken } from './delete-token.ts';
import { tokenDocument } from './documents.ts';
import { base32Decode, base32Encode } from './kinds/oath/base32.ts';
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from './kinds/oath/code.ts';
import { parseOtp } from './kinds/oath/format.ts';
import { otpauthUri } from './kinds/oath/otpauth.ts';
import { enrolSuite } from './kinds/ocra/enrolment.ts';
import { ADDRESS_FORMS, isAddressFor } from './kinds/sent/out-of-band-code.ts';
import { listTokens } from './list-tokens.ts';
import { askResync } from './request-resync.ts';
import { resyncToken } from './resync-token.ts';
import { isOath, isSent, LOCK_REASONS, OTP_ALGORITHMS, TOKEN_KINDS, TOKEN_STATES, type Token } from './token.ts';
import { updateToken } from './update-token.ts';

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
const pin = z
  .strictObject({ digits: z.string().regex(/^[0-9]{4}$/, 'four digits'), position: z.enum(['before', 'after']) })
  .openapi('TokenPin', { description: 'Typed before or after the code, as one string with it.' });
const counter = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER - 1000)
  .default(0);
const record = {
  name: label(100),
  serial: label(64).optional(),
  owner: userId.optional(),
  expiresAt: instant.optional(),
};
const oathInput = z
  .strictObject({
    ...record,
    kind: z.enum(['totp', 'hotp']),
    algorithm: z.enum(OTP_ALGORITHMS).default('SHA1').openapi({ description: 'Many apps know SHA1 alone.' }),
    digits: digits.default(6),
    periodMs: periodMs.default(30_000).openapi({ description: 'TOTP only.' }),
    counter: counter.openapi({ description: 'HOTP only: the next counter.' }),
    secret: secret.optional(),
    pin: pin.optional(),
  })
  .openapi('OathTokenInput');
const recoveryInput = z
  .strictObject({ ...record, kind: z.literal('recovery'), owner: userId })
  .openapi('RecoveryTokenInput', { description: 'Ten codes, each good for once in place of a code of another token.' });
const suite = z
  .string()
  .max(100)
  .transform((text, context) => {
    const enrolled = enrolSuite(text);
    if (enrolled.kind === 'suite') return enrolled.suite;
    context.addIssue({ code: 'custom', message: `not a suite that is taken: ${enrolled.reason}` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    description: 'Of RFC 6287, as the device has it. Its digits are those of the answers.',
    example: 'OCRA-1:HOTP-SHA256-8:QN08-T1M',
  });
const ocraInput = z
  .strictObject({
    ...record,
    kind: z.literal('ocra'),
    suite,
    counter: counter.openapi({ description: 'Suites with a counter: the next one.' }),
    secret: secret.optional(),
    pin: pin.optional(),
    suitePin: z
      .string()
      .regex(/^[0-9]{4,16}$/, '4 to 16 digits')
      .optional()
      .openapi({ description: 'Suites with a PIN: the one that its owner types into the device.' }),
  })
  .openapi('OcraTokenInput', { description: 'A device that answers questions.' });
const to = z.string().max(200).openapi({
  description: 'Where codes go: an international number such as `+4915112345678`, or an e-mail address.',
  example: '+4915112345678',
});
const sentInput = z
  .strictObject({
    ...record,
    name: label(100).optional().openapi({ description: 'Else the address, masked.' }),
    kind: z.enum(['sms', 'email']),
    to,
    pin: pin.optional(),
  })
  .refine((input) => isAddressFor(input.kind, input.to), {
    path: ['to'],
    error: ({ input }) => ADDRESS_FORMS[(input as { kind: 'sms' | 'email' }).kind],
  })
  .openapi('SentTokenInput', { description: 'A phone or a mailbox that codes are sent to.' });
export const tokenInput = z
  .discriminatedUnion('kind', [oathInput, recoveryInput, ocraInput, sentInput])
  .openapi('TokenInput');
const apiSupport = z.boolean().openapi({
  description: '`false`: its codes let nobody in over `POST /authentications`. The widget does not ask for it.',
});
const changes = z
  .strictObject({
    name: label(100),
    enabled: z.boolean().openapi({ description: '`false` deactivates: the token takes no part in signing in.' }),
    apiSupport,
    locked: z.boolean().openapi({ description: '`false` unlocks and zeroes the failures.' }),
    owner: idOrNull(userId).openapi({ description: 'A new owner voids the assignments that named this token.' }),
    expiresAt: instant.nullable(),
    to: to.openapi({ description: 'Another address for codes; what was sent to the one before counts no more.' }),
    pin: pin.nullable(),
  })
  .partial()
  .openapi('TokenChanges');
// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const shownCode = z.string().max(32);
const resyncing = z
  .strictObject({
    otps: z.tuple([shownCode, shownCode]).openapi({
      description: 'Two codes that the device showed one after the other, or its answers to the two questions.',
      example: ['755224', '287082'],
    }),
  })
  .openapi('TokenResyncInput');
const shown = z
  .object({
    id: tokenId,
    name: z.string(),
    serial: z.string().optional(),
    kind: z.enum(TOKEN_KINDS),
    algorithm: z.enum(OTP_ALGORITHMS).optional(),
    digits: digits.optional(),
    periodMs: z.int().optional(),
    suite: z.string().optional().openapi({ description: 'Of a device that answers questions.' }),
    pin: z.enum(['before', 'after']).optional().openapi({ description: 'Where its PIN is typed, if it has one.' }),
    to: z.string().optional().openapi({ description: 'Where its codes are sent.' }),
    codesLeft: z.int().optional().openapi({ description: 'Recovery codes that have not been used.' }),
    discoverable: z
      .boolean()
      .optional()
      .openapi({ description: 'Passkeys: whether it is found without a name being given.' }),
    synced: z
      .boolean()
      .optional()
      .openapi({ description: 'Passkeys: whether its owner’s other devices may have it too.' }),
    owner: userId.optional(),
    administrator: administratorId
      .optional()
      .openapi({ description: 'Who signs in to administer with it. Nobody else changes it.' }),
    enabled: z.boolean(),
    apiSupport,
    needsResync: z
      .literal(true)
      .optional()
      .openapi({ description: 'After a restored backup: no code counts before a resynchronisation.' }),
    locked: z.object({ reason: z.enum(LOCK_REASONS), at: instant }).nullable(),
    failures: z.int(),
    resyncFailures: z.int().openapi({ description: 'Resynchronisations in a row that found nothing.' }),
    expiresAt: instant.optional(),
    directResources: z.array(resourceId),
    otherResources,
    createdAt: instant,
    createdBy,
  })
  .openapi('Token');
/** What is told of a token when it is made, and never again. */
export const shownOnce = {
  secret: z.string().optional().openapi({ description: 'Base32. Shown this once and never again.' }),
  otpauthUri: z.string().optional().openapi({ description: 'For a QR code that authenticator apps read.' }),
  recoveryCodes: z.array(z.string()).optional().openapi({ description: 'Shown this once and never again.' }),
};
const enrolled = z.object({ token: shown, ...shownOnce }).openapi('EnrolledToken');

/** A token without its seed, its counters' place and its sealed text: those never leave (SR-23). */
function presentToken(token: Token, { actor }: RequestContext): z.input<typeof shown> {
  const seen = token.directResources.filter((resource) => maySeeResource(actor, resource));
  const { id, name, serial, factor, owner, administrator, enabled, lock, pin } = token;
  const { failures, expiresAt, needsResync } = token;
  return {
    id,
    name,
    ...(serial !== undefined && { serial }),
    kind: factor.kind,
    ...(isOath(token) && { algorithm: token.algorithm, digits: token.digits }),
    ...(factor.kind === 'totp' && { periodMs: factor.periodMs }),
    ...(factor.kind === 'ocra' && { suite: factor.suite }),
    ...(factor.kind === 'webauthn' && { discoverable: factor.discoverable, synced: factor.synced }),
    ...(isSent(token) && { to: token.factor.to }),
    ...(factor.kind === 'recovery' && { codesLeft: factor.macs.length }),
    ...(pin && { pin: pin.position }),
    ...(owner !== undefined && { owner }),
    ...(administrator !== undefined && { administrator }),
    enabled,
    apiSupport: token.apiSupport !== false,
    ...(needsResync && { needsResync }),
    locked: lock ?? null,
    failures,
    resyncFailures: token.resyncFailures ?? 0,
    ...(expiresAt !== undefined && { expiresAt }),
    directResources: seen,
    ...presentOthers(token.directResources.length - seen.length),
    createdAt: token.createdAt,
    createdBy: presentCreator(token.createdBy),
  };
}

const routes = describeObject(
  { path: '/tokens', tag: 'Tokens', one: 'a token', many: 'tokens', id: tokenId },
  {
    query: namedPageQuery.extend({
      state: z.enum(TOKEN_STATES).optional(),
      owner: userId.optional(),
      kind: z.enum(TOKEN_KINDS).optional(),
      resource: resourceId.optional().openapi({ description: 'That takes its codes with no user.' }),
    }),
    input: tokenInput,
    changes,
    shown,
    made: enrolled,
    about: {
      create: 'The seed is in this answer alone.',
      update: 'Renames, deactivates, locks, unlocks or hands over.',
      remove: 'The assignments that named it are void from then on.',
    },
  },
);
const resync = createRoute({
  method: 'post',
  path: '/tokens/{id}/resync',
  tags: ['Tokens'],
  summary: 'Find the place of a token again',
  description:
    'For a device whose button was pressed too often or whose clock is wrong. Codes that do not fit count as one failure, with a count of their own that locks the token after too many in a row. Right ones are used up, and forgive no wrong codes of sign-ins.',
  security: [{ apiKey: ['write'] }],
  request: { params: z.object({ id: tokenId }), ...jsonBody(resyncing) },
  responses: { 200: { ...jsonAnswer('The token, in step again.', shown), ...tagged }, ...refusals },
});

const questions = z
  .object({ questions: z.tuple([z.string(), z.string()]), expiresAt: instant })
  .openapi('ResyncQuestions');
const askForResync = createRoute({
  method: 'post',
  path: '/tokens/{id}/resync-questions',
  tags: ['Tokens'],
  summary: 'Ask a device two questions that show where it is',
  description:
    'For devices that answer questions with a counter or a clock. Its answers, in this order, go to `/tokens/{id}/resync`. Asked again, the questions before are worth nothing.',
  security: [{ apiKey: ['write'] }],
  request: { params: z.object({ id: tokenId }) },
  responses: { 200: jsonAnswer('Two questions, for five minutes.', questions), ...refusals },
});

/** Under which name codes appear in authenticator apps. */
const ISSUER_NAME = 'Countersign';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

export async function makeToken(
  ports: Needs,
  act: RequestContext,
  birth: NewId<TokenId>,
  body: z.output<typeof tokenInput>,
): Promise<Made<z.input<typeof enrolled>> | Refusal> {
  if (body.kind === 'recovery') {
    const made = await createRecoveryCodes(ports, act, birth, body);
    return isRefusal(made)
      ? made
      : madeFrom(made.token, { token: presentToken(made.token, act), recoveryCodes: made.codes });
  }
  if (body.kind === 'ocra') {
    const made = await createOcraToken(ports, act, birth, body);
    return isRefusal(made)
      ? made
      : madeFrom(made.token, { token: presentToken(made.token, act), secret: base32Encode(made.secret) });
  }
  if ('to' in body) {
    const made = await createSentToken(ports, act, birth, body);
    return isRefusal(made) ? made : madeFrom(made.token, { token: presentToken(made.token, act) });
  }
  const made = await createToken(ports, act, birth, body);
  if (isRefusal(made)) return made;
  const { token, secret } = made;
  const owner = token.owner && (await readUser(ports, act.actor.account, token.owner));
  const account = owner ? owner.login : token.name;
  const uri = otpauthUri({ issuer: ISSUER_NAME, account, token, secret });
  return madeFrom(token, { token: presentToken(token, act), secret: base32Encode(secret), otpauthUri: uri });
}

export function tokens(ports: Needs) {
  const app = apiRouter();
  app.on(['GET'], ['/tokens', '/tokens/:id'], authorize(ports, 'read'));
  app.on(['POST'], ['/tokens', '/tokens/:id/resync', '/tokens/:id/resync-questions'], authorize(ports, 'write'));
  app.on(['PATCH', 'DELETE'], ['/tokens/:id'], authorize(ports, 'write'));

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json');
    return showMade(c, await createOnce(ports, c, 'tok', (birth) => makeToken(ports, c.get('act'), birth, body)));
  });
  app.openapi(routes.list, async (c) =>
    showPage(c, await listTokens(ports, c.get('act'), c.req.valid('query')), (token) =>
      presentToken(token, c.get('act')),
    ),
  );
  app.openapi(routes.read, async (c) => {
    const key = tokenDocument.key(c.req.valid('param').id);
    return showOne(c, await showObject(ports, c.get('act'), key, 'TOKEN_NOT_FOUND'), (token) =>
      presentToken(token, c.get('act')),
    );
  });
  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param');
    return showOne(c, await updateToken(ports, c.get('act'), id, c.req.valid('json'), seenOf(c)), (token) =>
      presentToken(token, c.get('act')),
    );
  });
  app.openapi(routes.remove, async (c) =>
    showDeleted(c, await deleteToken(ports, c.get('act'), c.req.valid('param').id, seenOf(c))),
  );
  app.openapi(resync, async (c) => {
    const { otps } = c.req.valid('json');
    if (!otps.every((otp) => parseOtp(otp) !== undefined)) return refuse(c, 'OTP_MALFORMED');
    return showOne(c, await resyncToken(ports, c.get('act'), c.req.valid('param').id, otps), (token) =>
      presentToken(token, c.get('act')),
    );
  });
  app.openapi(askForResync, async (c) => {
    const asked = await askResync(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(asked) ? refuseResult(c, asked) : c.json(asked, 200);
  });
  return app;
}
