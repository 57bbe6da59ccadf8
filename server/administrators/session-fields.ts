import { REFUSALS } from '@countersign/protocol/codes';
import { z } from '@hono/zod-openapi';
import { instant } from '../http/api/fields.ts';

/** As `shared/wire/session.ts` has them: ids of our own making, plain text to pages. */
const id = z.string();

export const enrolment = z
  .object({
    otpauthUri: z.string(),
    secret: z.string().openapi({ description: 'Base32, for typing.' }),
    qrSvg: z.string().openapi({ description: 'The URI as a QR code, an SVG document.' }),
  })
  .openapi('OwnEnrolment');

export const session = z
  .object({
    account: z.object({ id, name: z.string() }),
    administrator: z.object({
      id,
      email: z.string(),
      name: z.string(),
      role: z.enum(['superuser', 'administrator']),
      resources: z
        .array(id)
        .openapi({ description: 'Those they may act on: assigned and allowed. A superuser needs none.' }),
      recoveryCodesLeft: z.int(),
    }),
    csrf: z.string().openapi({ description: 'To be sent in `X-CSRF-Token` with whatever changes something.' }),
    endsAt: instant.openapi({ description: 'When it ends by itself, if nobody uses it.' }),
    now: instant,
  })
  .openapi('Session');

export const whose = z
  .object({
    session: session.nullable(),
    hasEnded: z.boolean().openapi({ description: 'There was one, and it is over.' }),
  })
  .openapi('WhoseSession');
export const signIn = z
  .object({
    step: z.enum(['identify', 'password', 'otp', 'enrol', 'done', 'denied']),
    seq: z.int(),
    email: z.string().optional(),
    error: z
      .object({ code: z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]), retryAfterMs: z.int().optional() })
      .optional(),
    expiresAt: instant,
    now: instant,
    enrolment: enrolment.optional(),
    session: session.optional(),
    recoveryCodes: z.array(z.string()).optional(),
  })
  .openapi('SignIn');

export const signInBegun = signIn.extend({ handle: z.string() }).openapi('SignInBegun');
