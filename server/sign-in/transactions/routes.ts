import { TRANSACTION_FIELDS_MAX } from '@countersign/protocol/transaction';
import { z } from '@hono/zod-openapi';
import { SIGNING_KINDS } from '../../authentication/signing.ts';
import { anyName, creationHeaders, instantOf, nonce, resourceId } from '../../http/api/fields.ts';
import { createOnce } from '../../http/api/idempotency.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { refuse } from '../../http/problem.ts';
import { mayUse } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { createTransaction } from './create-transaction.ts';

// Only the shape: the rule itself checks the contents, and reports the reason and the field.
const field = z.strictObject({
  label: z.string().max(1000).openapi({ description: 'The label, 1 to 40 characters.', example: 'Amount' }),
  value: z.string().max(1000).openapi({ description: 'The value, 1 to 200 characters.', example: '1,250.00 EUR' }),
});
export const transactionFields = z.array(field).min(1).max(TRANSACTION_FIELDS_MAX).openapi('TransactionFields', {
  description:
    'What the user sees and confirms, in this order. The first field is the largest: choose the most important one, such as the amount.',
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
    user: anyName.openapi({ description: 'Id or any name of the user of your session.' }),
    resource: resourceId,
    nonce,
    fields: transactionFields,
    factors: z.array(z.enum(SIGNING_KINDS)).min(1).optional().openapi({
      description: 'The kinds of tokens that can confirm it. Default: all that the resource accepts.',
    }),
  })
  .openapi('TransactionInput', { description: 'The transaction to confirm.' });

const answer = z
  .object({
    loginRequest: z.string().openapi({
      description: 'For `Countersign.mount(…, { loginRequest })`. It works once.',
      example: 'lrq.flw_01k8dq9z2mp.Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIo',
    }),
    transaction: transactionHash,
    expiresAt: instantOf('Until when it can be confirmed.'),
  })
  .openapi('Transaction', { description: 'A transaction to confirm.' });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

export const transactionRoutes = [
  route({
    method: 'post',
    path: '/transactions',
    scope: 'authenticate',
    operationId: 'createTransaction',
    tag: 'Authentication',
    summary: 'Ask a user to confirm a transaction',
    description:
      'The widget shows the fields and takes a confirmation that is bound to them. The result has their hash as `txn`. Codes of apps and fobs, and recovery codes, cannot confirm: a user who has nothing else is refused with `SIGNING_TOKEN_MISSING`.',
    request: { ...jsonBody(request), headers: creationHeaders },
    responses: { 201: jsonAnswer('To be confirmed within five minutes.', answer) },
    handle: async (c, ports: Needs) => {
      const body = c.req.valid('json');
      if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
      const verdict = await createOnce(ports, c, 'flw', (birth) => createTransaction(ports, c.get('act'), birth, body));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
];
