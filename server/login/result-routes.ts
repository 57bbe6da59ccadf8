import { createRoute, z } from '@hono/zod-openapi';
import { authorize, mayUse } from '../http/api/authorize.ts';
import { nonce, resourceId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { transactionFields, transactionHash } from '../transactions/routes.ts';
import { transactionHash as hashTransaction, parseTransaction } from '../transactions/transaction.ts';
import { consumeResult } from './consume-result.ts';

const request = z
  .strictObject({
    result: z.string().min(1).max(8192).openapi({ description: 'The JWT that the page got from the widget.' }),
    resource: resourceId,
    nonce: nonce.openapi({ description: 'The one your own session holds, never one that came with the result.' }),
    transaction: z.union([transactionHash, transactionFields]).optional().openapi({
      description:
        'What you are about to do, from your own records: the fields, or their hash. Without it the result has to be one of a sign-in.',
    }),
    acceptTest: z.boolean().optional().openapi({
      description: 'Whether results of a test resource will do. Without it they are refused with `RESULT_TEST`.',
    }),
  })
  .openapi('ResultConsumption');

const seconds = z.int().openapi({ description: 'Seconds since 1970 (RFC 7519).' });

const claims = z
  .object({
    iss: z.string(),
    aud: z.string().openapi({ description: 'The resource id.' }),
    sub: z.string().openapi({ description: 'The user id.' }),
    preferred_username: z.string(),
    nonce: z.string(),
    origin: z.string(),
    amr: z.array(z.string()),
    acr: z.enum(['1', '2']),
    otp: z.enum(['verified', 'skipped', 'not_used']),
    txn: transactionHash.optional(),
    auth_time: seconds,
    iat: seconds,
    exp: seconds,
    jti: z.string(),
    test: z.literal(true).optional().openapi({ description: 'Of a test resource: nobody has signed in.' }),
  })
  .openapi('ResultClaims');

const route = createRoute({
  method: 'post',
  path: '/results/consume',
  tags: ['Authentication'],
  summary: 'Use a widget result up',
  description: 'Succeeds once per result. Also checks that the person, the resource and the plan still stand.',
  security: [{ apiKey: ['authenticate'] }],
  request: jsonBody(request),
  responses: { 200: jsonAnswer('The claims of the result, now used up.', claims), ...refusals },
});

export function results(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>) {
  const app = apiRouter();
  app.use('/results/consume', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    const transaction = hashOf(body.transaction);
    if (transaction === null) return refuse(c, 'TRANSACTION_INVALID');
    const verdict = await consumeResult(ports, c.get('act'), { ...body, transaction });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.claims, 200);
  });
  return app;
}

/** Null: fields that nobody could have been shown. */
function hashOf(transaction: z.output<typeof request>['transaction']): string | undefined | null {
  if (transaction === undefined || typeof transaction === 'string') return transaction;
  const parsed = parseTransaction(transaction);
  return parsed.kind === 'fields' ? hashTransaction(parsed.fields) : null;
}
