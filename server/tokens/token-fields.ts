import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { LOCK_REASONS, OTP_ALGORITHMS, PIN_POSITIONS, TOKEN_KINDS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import {
  administratorId,
  count,
  createdAt,
  createdBy,
  idOrNull,
  instantOf,
  otherResources,
  presentOthers,
  resourceId,
  tokenId,
  userId,
} from '../http/api/fields.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { digits, expiresAt, kindOf, name, periodMs, pin, record, serial, to } from './input-fields.ts';
import { oathInput } from './kinds/oath/fields.ts';
import { ocraInput } from './kinds/ocra/fields.ts';
import { recoveryInput } from './kinds/recovery/fields.ts';
import { rulesOf } from './kinds/rules.ts';
import { sentInput } from './kinds/sent/fields.ts';
import type { Token } from './token.ts';

/** The fields of requests and responses about tokens. */

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
    locked: z.boolean().openapi({
      description:
        '`true` locks the token, also for recovery codes; `false` unlocks it and resets its failures. Beside other changes, the value that it has already changes nothing.',
    }),
    owner: idOrNull(userId).openapi({
      description: 'Id of the new owner. A change of owner deletes the assignments with this token.',
    }),
    expiresAt: expiresAt.nullable(),
    to: to.openapi({ description: 'A new address for codes. A code sent to the old one no longer counts.' }),
    pin: pin.nullable(),
  })
  .partial()
  .openapi('TokenChanges', {
    description: 'What changes of a token. Null removes a value.',
    example: { locked: false },
  });
// Parsed by the rule itself, so that malformed codes are refused before anything is counted (SR-47).
const codeInput = z.string().max(32);
/** A pair as generators of clients understand it: a list with `items`, and not one with `prefixItems` alone. */
export const pairOf = (items: { type: 'string'; maxLength?: number }) =>
  ({ type: 'array', items, minItems: 2, maxItems: 2 }) as const;
export const resyncInput = z
  .strictObject({
    otps: z.tuple([codeInput, codeInput]).openapi({
      ...pairOf({ type: 'string', maxLength: 32 }),
      description: 'Two consecutive codes of the device, or its responses to the two challenges.',
      example: ['755224', '287082'],
    }),
  })
  .openapi('TokenResyncInput', { description: 'The codes of the device.' });
export const tokenView = z
  .object({
    id: tokenId,
    name,
    serial: serial.optional(),
    kind: kindOf(TOKEN_KINDS).openapi({ example: 'totp' }),
    algorithm: z.enum(OTP_ALGORITHMS).optional().openapi({ description: 'TOTP and HOTP: the hash function.' }),
    digits: digits.optional(),
    periodMs: periodMs.optional(),
    suite: z
      .string()
      .optional()
      .openapi({ description: 'OCRA: the suite of the device.', example: 'OCRA-1:HOTP-SHA256-8:QN08-T1M' }),
    pin: z.enum(PIN_POSITIONS).optional().openapi({ description: 'Where its PIN is typed, if it has one.' }),
    to: to.optional(),
    codesLeft: count('The number of unused recovery codes.', 8).optional(),
    discoverable: z.boolean().optional().openapi({ description: 'Passkeys: whether it works without a login.' }),
    synced: z
      .boolean()
      .optional()
      .openapi({ description: 'Passkeys: whether it can be synced to other devices of its owner.' }),
    owner: userId.optional().openapi({ description: 'Id of the user who owns the token.' }),
    administrator: administratorId
      .optional()
      .openapi({ description: 'Id of the administrator who signs in with it. Only this administrator can change it.' }),
    enabled: z.boolean().openapi({ description: 'Whether it takes part in sign-ins.' }),
    apiSupport,
    needsResync: z
      .literal(true)
      .optional()
      .openapi({ description: 'A backup was restored: no code is accepted before a resynchronisation.' }),
    secretLost: z
      .literal(true)
      .optional()
      .openapi({ description: 'Its seed was lost with the master key: no code is accepted. Enrol another token.' }),
    locked: z
      .object({
        reason: z.enum(LOCK_REASONS).openapi({ description: 'Why it is locked.' }),
        at: instantOf('When it was locked.'),
      })
      .nullable()
      .openapi({ description: 'The lock. Null: it is not locked.', example: null }),
    failures: count('The number of wrong codes in a row.', 0),
    resyncFailures: count('The number of failed resynchronisations in a row.', 0),
    expiresAt: record.expiresAt,
    directResources: z
      .array(resourceId)
      .openapi({ description: 'The resources that it is assigned to without a user.', example: [] }),
    otherResources,
    createdAt,
    createdBy,
  })
  .openapi('Token', {
    description: 'A token, without its secret.',
    example: { algorithm: 'SHA1', digits: 6, periodMs: 30_000, owner: 'usr_01k8dq9z2mp' },
  });
/** Returned only when a token is created. */
export const secretView = {
  secret: z.string().optional().openapi({
    description: 'The secret in base32. It is shown only once.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  }),
  otpauthUri: z.string().optional().openapi({
    description: 'The content of a QR code for authenticator apps. The issuer is the name of the account.',
    example: 'otpauth://totp/Shop:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop',
  }),
  recoveryCodes: z
    .array(z.string())
    .optional()
    .openapi({ description: 'The recovery codes. They are shown only once.', example: ['k5n8w-2r7t4'] }),
};
export const enrolledToken = z.object({ token: tokenView, ...secretView }).openapi('EnrolledToken', {
  description: 'A new token with its secrets.',
  example: {
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    otpauthUri: 'otpauth://totp/Shop:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop',
  },
});

/** A token without its seed, its counter and its sealed text: those are never returned (SR-23). */
export function presentToken(token: Token, { actor }: RequestContext): z.input<typeof tokenView> {
  const seen = token.directResources.filter((resource) => maySeeResource(actor, resource));
  const { id, name, serial, factor, owner, administrator, enabled, lock, pin } = token;
  const { failures, expiresAt, needsResync, secretLost } = token;
  return {
    id,
    name,
    ...omitUndefined({ serial }),
    kind: factor.kind,
    ...rulesOf(token).present(token),
    ...omitUndefined({ to: rulesOf(token).address?.(token) }),
    ...omitUndefined({ pin: pin?.position, owner, administrator }),
    enabled,
    apiSupport: token.apiSupport !== false,
    ...omitUndefined({ needsResync, secretLost }),
    locked: lock ?? null,
    failures,
    resyncFailures: token.resyncFailures ?? 0,
    ...omitUndefined({ expiresAt }),
    directResources: seen,
    ...presentOthers(token.directResources.length - seen.length),
    createdAt: token.createdAt,
    createdBy: token.createdBy,
  };
}
