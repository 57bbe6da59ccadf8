import { createRoute, z } from '@hono/zod-openapi';
import { authorize, mayUse } from '../http/api/authorize.ts';
import { anyName, creationHeaders, instant, nonce, resourceId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { createTransaction } from './create-transaction.ts';
import { SIGNING_KINDS } from './signing.ts';
import { TRANSACTION_FIELDS_MAX } from './transaction.ts';

// Only the shape: what may stand in them is judged by the rule itself, which says what is wrong and where.
const field = z.strictObject({
  label: z.string().max(1000).openapi({ description: '1 to 40 characters.', example: 'Amount' }),
  value: z.string().max(1000).openapi({ description: '1 to 200 characters.', example: '1,250.00 EUR' }),
});
export const transactionFields = z.array(field).min(1).max(TRANSACTION_FIELDS_MAX).openapi('TransactionFields', {
  description:
    'What the person sees and confirms, in this order. The first is shown largest, so let it be the one that matters most, such as the amount.',
});
export const transactionHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case')
  .openapi('TransactionHash', {
    description: 'SHA-256 of the canonical text of the fields.',
    example: '493ed26f158a5dff82ab04d04fe02bce4becfbf71c8c9aa405727fdefa912774',
  });

const request = z
  .strictObject({
    user: anyName.openapi({ description: 'Id or any name of the person, as your own session knows it.' }),
    resource: resourceId,
    nonce,
    fields: transactionFields,
    factors: z.array(z.enum(SIGNING_KINDS)).min(1).optional().openapi({
      description: 'Kinds of tokens that may confirm this one. Left out: all that can, and that the resource takes.',
    }),
  })
  .openapi('TransactionInput');

const answer = z
  .object({
    loginRequest: z.string().openapi({ description: 'For `Countersign.mount(…, { loginRequest })`. Used once.' }),
    transaction: transactionHash,
    expiresAt: instant.openapi({ description: 'Until when it can be confirmed.' }),
  })
  .openapi('Transaction');

const route = createRoute({
  method: 'post',
  path: '/transactions',
  tags: ['Authentication'],
  summary: 'Ask a person to confirm a transaction',
  description:
    'The widget shows the fields and takes an answer that is bound to them. The result carries their hash as `txn`. Codes of apps and fobs, and recovery codes, confirm nothing: whoever has nothing else is refused with `SIGNING_TOKEN_MISSING`.',
  security: [{ apiKey: ['authenticate'] }],
  request: { ...jsonBody(request), headers: creationHeaders },
  responses: { 201: jsonAnswer('To be confirmed within five minutes.', answer), ...refusals },
});

export function transactions(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.use('/transactions', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    const verdict = await createOnce(ports, c, 'flw', (birth) => createTransaction(ports, c.get('act'), birth, body));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  return app;
}
