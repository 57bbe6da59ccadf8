import { createRoute, z } from '@hono/zod-openapi';
import { LEVELS, LONGEST_REMEMBERED_MS } from '../authentication/step-up.ts';
import { authorize, mayUse } from '../http/api/authorize.ts';
import { anyName, creationHeaders, flowId, instant, nonce, resourceId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { LONGEST_REDIRECT_URI } from '../resources/redirect-uris.ts';
import { createLoginRequest } from './create-login-request.ts';
import { signInUrl } from './page/sign-in-page.ts';

function isDemanding({ acr, maxAgeMs, previous }: { acr?: unknown; maxAgeMs?: unknown; previous?: unknown }): boolean {
  return acr !== undefined || maxAgeMs !== undefined || previous !== undefined;
}

const request = z
  .strictObject({
    user: anyName.optional().openapi({
      description:
        'Id or any name of the person, as your own sign-in established it. Left out (with `redirectUri` alone): whoever signs in says who they are.',
    }),
    resource: resourceId,
    nonce,
    passwordChecked: z.boolean().optional().openapi({
      description:
        'Needed with `user`, unless it goes with one of the next three: whether your site has checked a password. Then a person whose tokens are deactivated passes, and the result says `otp: "skipped"`.',
    }),
    acr: z.enum(LEVELS).optional().openapi({
      description:
        'How many factors the result has to stand for, all of them checked here. With it, `maxAgeMs` or `previous` the widget asks for whatever the resource asks for, raised to this; without them, for the second factor alone.',
    }),
    maxAgeMs: z.int().min(0).max(LONGEST_REMEMBERED_MS).optional().openapi({
      description: 'No factor may have been shown longer ago. 0: all of them anew.',
    }),
    previous: flowId.optional().openapi({
      description:
        'The `jti` of an earlier result of this person that your session holds, consumed by `POST /v1/results/consume`. What it has shown is not asked for again while the resource remembers it and it still stands.',
    }),
    redirectUri: z.string().max(LONGEST_REDIRECT_URI).optional().openapi({
      description:
        'For a sign-in on our own page: where the result is posted to, as the field `countersign_result`. One of the resource’s `redirectUris`, letter by letter.',
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
  .openapi('LoginRequestInput');

const answer = z
  .object({
    loginRequest: z.string().openapi({ description: 'For `Countersign.mount(…, { loginRequest })`. Used once.' }),
    signInUrl: z.string().optional().openapi({
      description: 'With `redirectUri`: where to send the person. Whoever has it can sign in with it, once.',
    }),
    expiresAt: instant,
  })
  .openapi('LoginRequest');

const route = createRoute({
  method: 'post',
  path: '/login-requests',
  tags: ['Authentication'],
  summary: 'Ask for what a sign-in of a person you know still lacks, or for one on our own page',
  security: [{ apiKey: ['authenticate'] }],
  request: { ...jsonBody(request), headers: creationHeaders },
  responses: { 201: jsonAnswer('To be begun within two minutes.', answer), ...refusals },
});

export function loginRequests(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>, issuer: string) {
  const app = apiRouter();
  app.use('/login-requests', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    const { user, passwordChecked = false, redirectUri, acr, maxAgeMs, previous, ...rest } = body;
    const demand = isDemanding(body) && { acr: acr ?? ('1' as const), ...(maxAgeMs !== undefined && { maxAgeMs }) };
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
      return { ...made, signInUrl: signInUrl(issuer, made.loginRequest) };
    });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  return app;
}
