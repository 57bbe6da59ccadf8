import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { LEVELS } from '../../authentication/step-up.ts';
import { anyName, creationHeaders, flowId, instantOf, nonce, resourceId } from '../../http/api/fields.ts';
import { createOnce } from '../../http/api/idempotency.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { refuse } from '../../http/problem.ts';
import { mayUse } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { MAX_REDIRECT_URI_LENGTH } from '../../resources/redirect-uris.ts';
import { MAX_REMEMBERED_MS } from '../../resources/resource.ts';
import { signInUrl } from '../pages/sign-in-page.ts';
import { createLoginRequest } from './create-login-request.ts';

function isDemanding({ acr, maxAgeMs, previous }: { acr?: unknown; maxAgeMs?: unknown; previous?: unknown }): boolean {
  return acr !== undefined || maxAgeMs !== undefined || previous !== undefined;
}

const request = z
  .strictObject({
    user: anyName.optional().openapi({
      description:
        'Id or any name of the user, from your own sign-in. Without it (only with `redirectUri`) the user types it.',
    }),
    resource: resourceId,
    nonce,
    passwordChecked: z.boolean().optional().openapi({
      description:
        'Whether your site has checked a password. Required with `user`, except with `acr`, `maxAgeMs` or `previous`. If true, a user whose tokens are deactivated passes, and the result has `otp: "skipped"`.',
    }),
    acr: z.enum(LEVELS).optional().openapi({
      description:
        'How many factors the result must prove, all of them checked here. With `acr`, `maxAgeMs` or `previous` the widget asks for what the resource requires, and at least for this level; without them, for the second factor alone.',
    }),
    maxAgeMs: z.int().min(0).max(MAX_REMEMBERED_MS).optional().openapi({
      description: 'The maximum age of a factor in milliseconds. 0: all factors are asked for again.',
      example: 300_000,
    }),
    previous: flowId.optional().openapi({
      description:
        'The `jti` of an earlier result of the user, consumed by `POST /v1/results/consume`. Its factors are not asked for again while the resource remembers it and it is valid.',
    }),
    redirectUri: z.string().max(MAX_REDIRECT_URI_LENGTH).optional().openapi({
      description:
        'For a sign-in on the hosted page: where the result is posted, as the field `countersign_result`. Exactly one of the `redirectUris` of the resource.',
      example: 'https://shop.example/signed-in',
    }),
  })
  .refine(
    ({ user, redirectUri }) => user !== undefined || redirectUri !== undefined,
    'name a user, a redirectUri, or both',
  )
  .refine(
    (body) => (body.user === undefined) === (body.passwordChecked === undefined) || isDemanding(body),
    'passwordChecked goes with user',
  )
  .refine(
    (body) => !isDemanding(body) || (body.user !== undefined && body.passwordChecked !== true),
    'acr, maxAgeMs and previous go with a user, and not with passwordChecked',
  )
  .openapi('LoginRequestInput', {
    description: 'The sign-in to request.',
    example: { user: 'alice', passwordChecked: true },
  });

const answer = z
  .object({
    loginRequest: z.string().openapi({
      description: 'For `Countersign.mount(…, { loginRequest })`. It works once.',
      example: 'lrq.flw_01k8dq9z2mp.Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIo',
    }),
    signInUrl: z.string().optional().openapi({
      description: 'With `redirectUri`: where to send the user. It works once, for anyone who has it.',
      example: 'https://sign-in.shop.example/widget/v1/sign-in?request=flw_01k8dq9z2mp#Zk3xQ8vJ',
    }),
    expiresAt: instantOf('When it must be started.'),
  })
  .openapi('LoginRequest', { description: 'A login request.' });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'> & { issuer: string };

export const loginRequestRoutes = [
  route({
    method: 'post',
    path: '/login-requests',
    scope: 'authenticate',
    operationId: 'createLoginRequest',
    tag: 'Authentication',
    summary: 'Request a sign-in, a second factor or a step-up for a user',
    request: { ...jsonBody(request), headers: creationHeaders },
    responses: { 201: jsonAnswer('To be started within two minutes.', answer) },
    handle: async (c, ports: Needs) => {
      const body = c.req.valid('json');
      if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
      const { user, passwordChecked = false, redirectUri, acr, maxAgeMs, previous, ...rest } = body;
      const demand = isDemanding(body) && { acr: acr ?? ('1' as const), ...omitUndefined({ maxAgeMs }) };
      const input = {
        ...rest,
        passwordChecked,
        ...(user && { user }),
        ...(redirectUri && { redirectUri }),
        ...(demand && { demand, previous }),
      };
      const verdict = await createOnce(ports, c, 'flw', async (birth) => {
        const made = await createLoginRequest(ports, c.get('act'), birth, input);
        if (isRefusal(made) || redirectUri === undefined) return made;
        return { ...made, signInUrl: signInUrl(ports.issuer, made.loginRequest) };
      });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
];
