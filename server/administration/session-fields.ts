import { REFUSALS } from '@countersign/protocol/codes';
import { z } from '@hono/zod-openapi';
import { count, instantOf } from '../http/api/fields.ts';
import { ROLES } from '../kernel/actor.ts';

/** As in `shared/wire/session.ts`: plain text to pages. */
const idOf = (of: string, example: string) => z.string().openapi({ description: `Id of the ${of}.`, example });
const nameOf = (of: string, example: string) => z.string().openapi({ description: `The name of the ${of}.`, example });

export const seq = z
  .int()
  .min(0)
  .max(1000)
  .openapi({ description: 'The number of the step. Send it back with the submission.', example: 1 });

export const enrolment = z
  .object({
    otpauthUri: z.string().openapi({
      description: 'The URI for authenticator apps.',
      example: 'otpauth://totp/Countersign:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    }),
    secret: z.string().openapi({
      description: 'The secret in base32, for typing.',
      example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    }),
    qrSvg: z.string().openapi({ description: 'The URI as a QR code in SVG.', example: '<svg/>' }),
  })
  .openapi('OwnEnrolment', { description: 'A new token to set up.' });

export const passkeyIdField = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: 'The id of the passkey.', example: 'k3Zb0m9oTn7QfXc1dVtYh5uWl2sPjE8aRgKiUqNwBxA' });

export const session = z
  .object({
    account: z
      .object({ id: idOf('account', 'acc_01k8dq9z2mp'), name: nameOf('account', 'Shop') })
      .openapi({ description: 'The account.' }),
    isPasskeyRequired: z
      .boolean()
      .openapi({ description: 'Whether only a passkey opens the console and confirms changes.', example: false }),
    administrator: z
      .object({
        id: idOf('administrator', 'adm_01k8dq9z2mp'),
        email: z.string().openapi({ description: 'The email address.', example: 'ada@shop.example' }),
        name: nameOf('administrator', 'Ada Lovelace'),
        role: z.enum(ROLES).openapi({ description: 'The role.' }),
        resources: z.array(z.string()).openapi({
          description: 'Ids of the resources on which the administrator may act. The superuser needs none.',
          example: ['res_01k8dq9z2mp'],
        }),
        recoveryCodesLeft: count('The number of unused recovery codes.', 8),
        passkeys: z
          .array(
            z.object({
              id: passkeyIdField,
              name: nameOf('passkey', 'Security key'),
              createdAt: instantOf('When it was added.'),
            }),
          )
          .openapi({ description: 'The passkeys of the administrator, beside the token.' }),
      })
      .openapi({ description: 'Who is signed in.' }),
    hasBilling: z.boolean().openapi({
      description: 'Whether plan and balance matter: plans are configured, or the account has more than the free plan.',
    }),
    csrf: z.string().openapi({
      description: 'To be sent in `X-CSRF-Token` with every change.',
      example: 'q2VtY3JmLXRva2VuLW9mLXNlc3Npb24',
    }),
    endsAt: instantOf('When it ends if it is not used.'),
    now: instantOf('The time of the server.'),
  })
  .openapi('Session', { description: 'The session of an administrator.' });

export const sessionProbe = z
  .object({
    session: session.nullable(),
    hasEnded: z.boolean().openapi({ description: 'Whether there was one that has ended.' }),
  })
  .openapi('WhoseSession', { description: 'A session, or none.' });
const base64url = (description: string) =>
  z.string().openapi({ description, example: 'Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIo' });
const descriptors = z
  .array(
    z.object({
      type: z.literal('public-key').openapi({ description: 'The kind of credential.' }),
      id: base64url('The id of the credential.'),
      transports: z
        .array(z.string())
        .openapi({ description: 'How a browser reaches the device.', example: ['internal'] }),
    }),
  )
  .openapi({ description: 'Credentials of the administrator.' });
const timeout = count('How long the browser waits, in milliseconds.', 300_000);
const userVerification = z
  .enum(['preferred', 'required'])
  .openapi({ description: 'Whether the device has to verify its user.' });

/** `PublicKeyCredentialRequestOptionsJSON`. */
export const passkeyQuestion = z
  .object({
    challenge: base64url('The challenge.'),
    rpId: z.string().openapi({ description: 'The relying party id.', example: 'sign-in.shop.example' }),
    allowCredentials: descriptors,
    userVerification,
    timeout,
  })
  .openapi('OwnPasskeyQuestion', { description: 'Options of `navigator.credentials.get`.' });

/** `PublicKeyCredentialCreationOptionsJSON`. */
export const passkeyCreation = z
  .object({
    challenge: base64url('The challenge.'),
    rp: z
      .object({
        id: z.string().openapi({ description: 'The relying party id.', example: 'sign-in.shop.example' }),
        name: nameOf('relying party', 'sign-in.shop.example'),
      })
      .openapi({ description: 'The relying party.' }),
    user: z
      .object({
        id: base64url('An opaque id of the administrator.'),
        name: z.string().openapi({ description: 'The email address.', example: 'ada@shop.example' }),
        displayName: nameOf('administrator', 'Ada Lovelace'),
      })
      .openapi({ description: 'Whose passkey it is.' }),
    pubKeyCredParams: z
      .array(
        z.object({
          type: z.literal('public-key').openapi({ description: 'The kind of credential.' }),
          alg: z.int().openapi({ description: 'A COSE algorithm.', example: -7 }),
        }),
      )
      .openapi({ description: 'The accepted algorithms.' }),
    excludeCredentials: descriptors,
    authenticatorSelection: z
      .object({
        residentKey: z.literal('preferred').openapi({ description: 'Whether the device keeps the passkey.' }),
        userVerification,
      })
      .openapi({ description: 'What the device has to do.' }),
    attestation: z.literal('none').openapi({ description: 'The manufacturer is not verified.' }),
    extensions: z
      .object({ credProps: z.literal(true).openapi({ description: 'Whether to tell that the device keeps it.' }) })
      .openapi({ description: 'Extensions.' }),
    timeout,
  })
  .openapi('OwnPasskeyCreation', { description: 'Options of `navigator.credentials.create`.' });

export const knownPasskeysView = z
  .object({
    rpId: z.string().openapi({ description: 'The relying party id.', example: 'sign-in.shop.example' }),
    userId: base64url('An opaque id of the administrator.'),
    allAcceptedCredentialIds: z
      .array(base64url('The id of a credential.'))
      .openapi({ description: 'All passkeys of the administrator.' }),
    name: z.string().openapi({ description: 'The email address.', example: 'ada@shop.example' }),
    displayName: nameOf('administrator', 'Ada Lovelace'),
  })
  .openapi('OwnKnownPasskeys', { description: 'What the browser may know.' });

export const signIn = z
  .object({
    step: z
      .enum(['identify', 'password', 'otp', 'enrol', 'done', 'denied'])
      .openapi({ description: 'What to submit next, or how it ended.' }),
    seq,
    email: z.string().optional().openapi({ description: 'The submitted email address.', example: 'ada@shop.example' }),
    error: z
      .object({
        code: z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]).openapi({ description: 'Stable.' }),
        retryAfterMs: z.int().optional().openapi({ description: 'When to retry, in milliseconds.', example: 30_000 }),
      })
      .optional()
      .openapi({ description: 'Why the last submission was not accepted.' }),
    expiresAt: instantOf('When the sign-in expires.'),
    now: instantOf('The time of the server.'),
    enrolment: enrolment.optional(),
    newPasskey: passkeyCreation.optional(),
    passkey: passkeyQuestion.optional(),
    isPasskeyRequired: z
      .boolean()
      .optional()
      .openapi({ description: 'No code and no recovery code is accepted.', example: true }),
    session: session.optional(),
    recoveryCodes: z
      .array(z.string())
      .optional()
      .openapi({ description: 'New recovery codes. They are shown only once.', example: ['k5n8w-2r7t4'] }),
  })
  .openapi('SignIn', { description: 'The state of a sign-in.' });

export const startedSignIn = signIn
  .extend({
    handle: z
      .string()
      .openapi({ description: 'For the header `Countersign-Flow`.', example: 'flw_01k8dq9z2mp.Zk3xQ8vJ' }),
  })
  .openapi('SignInBegun', { description: 'A new sign-in.' });
