import { parseUrl } from '@countersign/protocol/parse-url';
import { OTP_USES } from '@countersign/protocol/result';
import { parseTransaction } from '@countersign/protocol/transaction';
import { z } from '@hono/zod-openapi';
import { instantOf, nonce, resourceId } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import { refuse } from '../../http/problem.ts';
import { mayUse } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { MAX_REDIRECT_URI_LENGTH } from '../../resources/redirect-uris.ts';
import { transactionHash as hashTransaction } from '../../tokens/transaction.ts';
import { externalId, metadata } from '../../users/identity-fields.ts';
import { exchangeCode } from '../apps/exchange-code.ts';
import { transactionFields, transactionHash } from '../transactions/routes.ts';
import { consumeResult } from './consume-result.ts';

const request = z
  .strictObject({
    result: z.string().min(1).max(8192).openapi({
      description: 'The JWT that the page got from the widget.',
      example: 'eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiJmbHcifQ.c2ln',
    }),
    resource: resourceId,
    nonce: nonce.openapi({ description: 'The nonce of your own session, never one that came with the result.' }),
    transaction: z.union([transactionHash, transactionFields]).optional().openapi({
      description:
        'The transaction that you are about to execute, from your own records: its fields, or their hash. Without it the result must be one of a sign-in.',
    }),
    origin: z
      .string()
      .max(300)
      .refine(
        (text) => parseUrl(text)?.origin === text && !text.includes('*'),
        'an origin such as https://shop.example',
      )
      .optional()
      .openapi({
        description:
          'The origin of your page, as browsers write it. A result of another is refused with `RESULT_ORIGIN`. Required at a resource with several origins or with native apps, unless `app` is true (`ORIGIN_REQUIRED`): always send it.',
        example: 'https://shop.example',
      }),
    app: z.boolean().optional().openapi({
      description:
        'Whether the result is of a native app. One of a page is then refused with `RESULT_ORIGIN`; without it, one of an app is.',
    }),
    acceptTest: z.boolean().optional().openapi({
      description: 'Whether results of a test resource are accepted. Otherwise they are refused with `RESULT_TEST`.',
    }),
  })
  .openapi('ResultConsumption', { description: 'The result to consume.' });

const seconds = (what: string) =>
  z.int().openapi({ description: `${what} Seconds since 1970 (RFC 7519).`, example: 1_830_000_000 });

const claims = z
  .object({
    iss: z.string().openapi({ description: 'The URL of the service.', example: 'https://sign-in.shop.example' }),
    aud: z.string().openapi({ description: 'Id of the resource.', example: 'res_01k8dq9z2mp' }),
    sub: z.string().openapi({ description: 'Id of the user.', example: 'usr_01k8dq9z2mp' }),
    preferred_username: z.string().openapi({ description: 'The login of the user.', example: 'alice' }),
    nonce: z.string().openapi({ description: 'The nonce of your session.', example: 'n-0S6_WzA2Mj8fQ1bXk5vY3c' }),
    origin: z.string().openapi({
      description: 'The origin of the embedding page. For a native app, the URL of the service.',
      example: 'https://shop.example',
    }),
    app: z.literal(true).optional().openapi({ description: 'Only of a native app: no page has this result.' }),
    amr: z
      .array(z.string())
      .openapi({ description: 'The methods that were used (RFC 8176).', example: ['pwd', 'otp'] }),
    acr: z.enum(['1', '2']).openapi({ description: 'The number of factors.' }),
    otp: z.enum(OTP_USES).openapi({
      description:
        'Whether a one-time password was verified. `skipped`: the tokens of the user are deactivated. `remembered`: the user trusts the browser.',
    }),
    txn: transactionHash.optional(),
    password_breached: z.literal(true).optional().openapi({
      description: 'Only if the resource warns of it: the password was stolen elsewhere and published.',
    }),
    email: z.string().optional().openapi({
      description: 'If the resource asks for it. It may be unconfirmed or change owners: never find a user by it.',
      example: 'alice@shop.example',
    }),
    name: z.string().optional().openapi({ description: 'If the resource asks for it.', example: 'Alice Liddell' }),
    external_id: externalId.optional(),
    metadata: metadata.optional(),
    hook: metadata.optional().openapi({ description: 'What the hook of the resource added.' }),
    auth_time: seconds('When the user signed in.'),
    iat: seconds('When the result was issued.'),
    exp: seconds('When the result expires.'),
    jti: z.string().openapi({ description: 'Id of the result.', example: 'flw_01k8dq9z2mp' }),
    test: z.literal(true).optional().openapi({ description: 'The result of a test resource: no user signed in.' }),
  })
  .openapi('ResultClaims', { description: 'The claims of a result.' });

const exchange = z
  .strictObject({
    code: z.string().min(1).max(200).openapi({
      description: 'The `code` in the address that led back to the app. It works once, for one minute.',
      example: 'flw_01k8dq9z2mp.Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIoZk3xQ8vJ0pL',
    }),
    codeVerifier: z
      .string()
      .regex(/^[\w.~-]{43,128}$/, 'a verifier of 43 to 128 characters (RFC 7636, 4.1)')
      .openapi({
        description: 'The verifier whose SHA-256 was the `code_challenge` (RFC 7636).',
        example: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }),
    resource: resourceId,
    redirectUri: z.string().min(1).max(MAX_REDIRECT_URI_LENGTH).openapi({
      description: 'The `redirect_uri` that the app opened the sign-in with, including its port.',
      example: 'com.example.shop:/signed-in',
    }),
  })
  .openapi('CodeExchange', { description: 'The code of an app, and what proves that it is the app’s.' });

const exchanged = z
  .object({
    result: z.string().openapi({
      description: 'The result, a JWT, for the backend of the app. It is signed and validated like every other result.',
      example: 'eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiJmbHcifQ.c2ln',
    }),
    expiresAt: instantOf('When the result expires.'),
  })
  .openapi('ExchangedResult', { description: 'The result of a sign-in that an app asked for.' });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'signer' | 'secrets' | 'reportFault'> & { issuer: string };

export const resultRoutes = [
  route({
    method: 'post',
    path: '/results/consume',
    scope: 'authenticate',
    operationId: 'consumeResult',
    tag: 'Authentication',
    summary: 'Consume a widget result',
    description: 'Succeeds once per result. It also checks that the user, the resource and the plan are still active.',
    request: jsonBody(request),
    responses: { 200: jsonAnswer('The claims of the result, which is consumed now.', claims) },
    handle: async (c, ports: Needs) => {
      const body = c.req.valid('json');
      if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
      const transaction = hashOf(body.transaction);
      if (transaction === null) return refuse(c, 'TRANSACTION_INVALID');
      const verdict = await consumeResult(ports, c.get('act'), { ...body, transaction });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.claims, 200);
    },
  }),
  route({
    method: 'post',
    path: '/results/exchange',
    // Code and verifier are the authority. An app on users' devices keeps no API key.
    scope: 'public',
    isForApps: true,
    operationId: 'exchangeCode',
    tag: 'Authentication',
    summary: 'Exchange the code of a native app for the result',
    description:
      'For an app, which has no API key, or its backend. Succeeds once per code: a second time is refused, and withdraws the result unless it is consumed.',
    request: jsonBody(exchange),
    responses: { 200: jsonAnswer('The result.', exchanged) },
    handle: async (c, ports: Needs) => {
      const verdict = await exchangeCode(ports, clientInfo(c), c.req.valid('json'));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
    },
  }),
];

/** Null: fields that could not have been shown. */
function hashOf(transaction: z.output<typeof request>['transaction']): string | undefined | null {
  if (transaction === undefined || typeof transaction === 'string') return transaction;
  const parsed = parseTransaction(transaction);
  return parsed.kind === 'fields' ? hashTransaction(parsed.fields) : null;
}
