import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import {
  administratorId,
  count,
  createdAt,
  createdBy,
  idOrNull,
  instantOf,
  label,
  otherResources,
  presentCreator,
  presentOthers,
  resourceId,
  tokenId,
  userId,
} from '../http/api/fields.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { base32Decode } from './kinds/oath/base32.ts';
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from './kinds/oath/code.ts';
import { enrolSuite } from './kinds/ocra/enrolment.ts';
import { rulesOf } from './kinds/rules.ts';
import { ADDRESS_FORMS, isAddressFor } from './kinds/sent/out-of-band-code.ts';
import { LOCK_REASONS, OTP_ALGORITHMS, TOKEN_KINDS, type Token } from './token.ts';

/** The fields of requests and responses about tokens. */

const secret = z
  .string()
  .max(128)
  .transform((text, context) => {
    const bytes = base32Decode(text);
    if (bytes && bytes.length >= SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES) return bytes;
    context.addIssue({ code: 'custom', message: `base32 of ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    description: 'The secret in base32. Default: a random one.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  });

const digits = z.union([z.literal(6), z.literal(8)]).openapi({ description: 'The number of digits.', example: 6 });
const periodMs = z
  .int()
  .min(30_000)
  .max(86_400_000)
  .refine((period) => period % 30_000 === 0, 'a multiple of 30 000')
  .openapi({ description: 'TOTP only: how long a code is valid, in milliseconds.', example: 30_000 });
const pin = z
  .strictObject({
    digits: z
      .string()
      .regex(/^[0-9]{4}$/, 'four digits')
      .openapi({ description: 'The PIN.', example: '4711' }),
    position: z.enum(['before', 'after']).openapi({ description: 'Where the PIN is typed.' }),
  })
  .openapi('TokenPin', { description: 'Typed before or after the code, as one string with it.' });
const counter = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER - 1000)
  .default(0);
const name = label(100).openapi({ description: 'The name of the token.', example: 'Phone of Alice' });
const serial = label(64).openapi({ description: 'The serial number.', example: '1300467712' });
const expiresAt = instantOf('When it expires.');
const kindOf = <const T extends string>(kinds: readonly [T, ...T[]]) =>
  z.enum(kinds).openapi({ description: 'The kind of the token.' });
const record = {
  name: name,
  serial: serial.optional(),
  owner: userId.optional().openapi({ description: 'Id of the user who owns the token.' }),
  expiresAt: expiresAt.optional(),
};
const oathInput = z
  .strictObject({
    ...record,
    kind: kindOf(['totp', 'hotp']),
    algorithm: z
      .enum(OTP_ALGORITHMS)
      .default('SHA1')
      .openapi({ description: 'The hash function. Many apps support only SHA1.' }),
    digits: digits.default(6),
    periodMs: periodMs.default(30_000),
    counter: counter.openapi({ description: 'HOTP only: the next counter.', example: 0 }),
    secret: secret.optional(),
    pin: pin.optional(),
  })
  .openapi('OathTokenInput', { description: 'A token for TOTP or HOTP codes.' });
const recoveryInput = z
  .strictObject({
    ...record,
    kind: z.literal('recovery').openapi({ description: 'The kind of the token.' }),
    owner: userId,
  })
  .openapi('RecoveryTokenInput', {
    description: 'Ten recovery codes. Each works once in place of a code of another token.',
  });
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
    description: 'The suite of RFC 6287 that the device uses. It includes the number of digits.',
    example: 'OCRA-1:HOTP-SHA256-8:QN08-T1M',
  });
const ocraInput = z
  .strictObject({
    ...record,
    kind: z.literal('ocra').openapi({ description: 'The kind of the token.' }),
    suite,
    counter: counter.openapi({ description: 'Suites with a counter: the next one.', example: 0 }),
    secret: secret.optional(),
    pin: pin.optional(),
    suitePin: z
      .string()
      .regex(/^[0-9]{4,16}$/, '4 to 16 digits')
      .optional()
      .openapi({ description: 'Suites with a PIN: the one that the owner types into the device.', example: '4711' }),
  })
  .openapi('OcraTokenInput', { description: 'A challenge-response device (OCRA).' });
const to = z.string().max(200).openapi({
  description: 'Where codes are sent: a phone number such as `+4915112345678`, or an email address.',
  example: '+4915112345678',
});
const sentInput = z
  .strictObject({
    ...record,
    name: name.optional().openapi({ description: 'The name of the token. Default: the masked address.' }),
    kind: kindOf(['sms', 'email']),
    to,
    pin: pin.optional(),
  })
  .refine((input) => isAddressFor(input.kind, input.to), {
    path: ['to'],
    error: ({ input }) => ADDRESS_FORMS[(input as { kind: 'sms' | 'email' }).kind],
  })
  .openapi('SentTokenInput', { description: 'A phone number or an email address that receives codes.' });
export const tokenInput = z
  .discriminatedUnion('kind', [oathInput, recoveryInput, ocraInput, sentInput])
  .openapi('TokenInput', { description: 'A new token.' });
const apiSupport = z.boolean().openapi({
  description: 'Whether its codes are accepted over the API. The widget ignores it.',
});
export const tokenChanges = z
  .strictObject({
    name,
    enabled: z.boolean().openapi({ description: '`false` deactivates the token: it takes no part in sign-ins.' }),
    apiSupport,
    locked: z.boolean().openapi({ description: '`false` unlocks the token and resets its failures.' }),
    owner: idOrNull(userId).openapi({
      description: 'Id of the new owner. A change of owner deletes the assignments with this token.',
    }),
    expiresAt: expiresAt.nullable(),
    to: to.openapi({ description: 'A new address for codes. A code sent to the old one no longer counts.' }),
    pin: pin.nullable(),
  })
  .partial()
  .openapi('TokenChanges', { description: 'What changes of a token. Null removes a value.' });
// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const shownCode = z.string().max(32);
export const resyncInput = z
  .strictObject({
    otps: z.tuple([shownCode, shownCode]).openapi({
      description: 'Two consecutive codes of the device, or its responses to the two challenges.',
      example: ['755224', '287082'],
    }),
  })
  .openapi('TokenResyncInput', { description: 'The codes of the device.' });
export const shownToken = z
  .object({
    id: tokenId,
    name,
    serial: serial.optional(),
    kind: kindOf(TOKEN_KINDS),
    algorithm: z.enum(OTP_ALGORITHMS).optional().openapi({ description: 'TOTP and HOTP: the hash function.' }),
    digits: digits.optional(),
    periodMs: periodMs.optional(),
    suite: z
      .string()
      .optional()
      .openapi({ description: 'OCRA: the suite of the device.', example: 'OCRA-1:HOTP-SHA256-8:QN08-T1M' }),
    pin: z.enum(['before', 'after']).optional().openapi({ description: 'Where its PIN is typed, if it has one.' }),
    to: to.optional(),
    codesLeft: count('The number of unused recovery codes.', 8).optional(),
    discoverable: z.boolean().optional().openapi({ description: 'Passkeys: whether it works without a login.' }),
    synced: z
      .boolean()
      .optional()
      .openapi({ description: 'Passkeys: whether it can be synced to other devices of its owner.' }),
    owner: record.owner,
    administrator: administratorId
      .optional()
      .openapi({ description: 'Id of the administrator who signs in with it. Only this administrator can change it.' }),
    enabled: z.boolean().openapi({ description: 'Whether it takes part in sign-ins.' }),
    apiSupport,
    needsResync: z
      .literal(true)
      .optional()
      .openapi({ description: 'A backup was restored: no code is accepted before a resynchronisation.' }),
    locked: z
      .object({
        reason: z.enum(LOCK_REASONS).openapi({ description: 'Why it is locked.' }),
        at: instantOf('When it was locked.'),
      })
      .nullable()
      .openapi({ description: 'The lock. Null: it is not locked.' }),
    failures: count('The number of wrong codes in a row.', 0),
    resyncFailures: count('The number of failed resynchronisations in a row.', 0),
    expiresAt: record.expiresAt,
    directResources: z
      .array(resourceId)
      .openapi({ description: 'The resources that it is assigned to without a user.' }),
    otherResources,
    createdAt,
    createdBy,
  })
  .openapi('Token', { description: 'A token, without its secret.' });
/** Returned only when a token is created. */
export const shownOnce = {
  secret: z.string().optional().openapi({
    description: 'The secret in base32. It is shown only once.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  }),
  otpauthUri: z.string().optional().openapi({
    description: 'The content of a QR code for authenticator apps.',
    example: 'otpauth://totp/Countersign:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign',
  }),
  recoveryCodes: z
    .array(z.string())
    .optional()
    .openapi({ description: 'The recovery codes. They are shown only once.', example: ['k5n8w-2r7t4'] }),
};
export const enrolledToken = z
  .object({ token: shownToken, ...shownOnce })
  .openapi('EnrolledToken', { description: 'A new token with its secrets.' });

/** A token without its seed, its counter and its sealed text: those are never returned (SR-23). */
export function presentToken(token: Token, { actor }: RequestContext): z.input<typeof shownToken> {
  const seen = token.directResources.filter((resource) => maySeeResource(actor, resource));
  const { id, name, serial, factor, owner, administrator, enabled, lock, pin } = token;
  const { failures, expiresAt, needsResync } = token;
  return {
    id,
    name,
    ...(serial !== undefined && { serial }),
    kind: factor.kind,
    ...rulesOf(token).present(token),
    ...omitUndefined({ to: rulesOf(token).address?.(token) }),
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
