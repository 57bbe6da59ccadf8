import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { createdAt, instantOf } from '../http/api/fields.ts';
import { type SigningSecret, signingSecrets } from '../kernel/signing-secret.ts';
import { DAY_MS } from '../kernel/time.ts';

/** The secrets of webhooks and hooks, in requests and responses. */

export const overlapMs = z
  .int()
  .min(0)
  .max(7 * DAY_MS)
  .openapi({
    description: 'How long messages also carry a signature of the old secret, in milliseconds. 0 if it has leaked.',
    example: 86_400_000,
  });

export const signingSecret = z.string().openapi({
  description: 'The secret that signs. It is shown only once.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

export const secretsView = z.array(z.object({ createdAt, expiresAt: instantOf('When it stops signing.').optional() }));

export function presentSecrets(owner: { secrets: readonly SigningSecret[] }, now: number): z.input<typeof secretsView> {
  return signingSecrets(owner, now).map(({ createdAt, expiresAt }) => ({ createdAt, ...omitUndefined({ expiresAt }) }));
}
