import { z } from '@hono/zod-openapi';
import { instantOf, messageLanguage, resourceId, userId } from '../http/api/fields.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { LINK_DELIVERIES, MAX_LINK_LIFETIME_MS } from '../messages/delivered-link.ts';
import { LINK_KINDS } from './make-link.ts';

const MIN_LINK_LIFETIME_MS = 15 * MINUTE_MS;

export const linkInput = z
  .strictObject({
    user: userId,
    kind: z.enum(LINK_KINDS).openapi({
      description: 'What it is for: a new password, a new token, or tokens that wrong codes have locked.',
    }),
    delivery: z.enum(LINK_DELIVERIES).openapi({
      description: 'By email to the user, or in the response, to hand it over. An unlock link is handed over.',
    }),
    resource: resourceId.optional().openapi({
      description:
        'The resource to sign in to with the token, or where it is locked. An enrolment without it is at the first resource of the user without a working token.',
    }),
    language: messageLanguage.optional().openapi({
      description: 'The language of email and page. Default: that of the resource, otherwise English.',
      example: 'de',
    }),
    validForMs: z.int().min(MIN_LINK_LIFETIME_MS).max(MAX_LINK_LIFETIME_MS).optional().openapi({
      description:
        'How long it is valid, in milliseconds: at most seven days, or a day for an unlock and for a password that replaces one. Default: 24 hours for an enrolment and a first password to hand over, otherwise 30 minutes.',
      example: 86_400_000,
    }),
  })
  .openapi('LinkInput', { description: 'A link to send or to make.' });

export const madeLink = {
  expiresAt: instantOf('When the link expires.'),
  /** A secret: in this response alone. */
  link: z.string().optional().openapi({
    description:
      'The link to hand over. It is shown only in this response: give it to the user, and to no other person.',
    example: 'https://sign-in.shop.example/reset/password?lang=en#usr_01k8dq9z2mp.Zk3xQ8vJ',
  }),
};
