import { createRoute, z } from '@hono/zod-openapi';
import { LONGEST_REDIRECT_URI } from '../../domain/redirect-uris.ts';
import type { Ports } from '../../ports/index.ts';
import { createLoginRequest } from '../../usecases/create-login-request.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuse } from '../problem.ts';
import { signInUrl } from '../widget/sign-in-page.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize, mayUse } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { anyName, creationHeaders, instant, nonce, resourceId } from './fields.ts';

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
        'Needed with `user`: whether your site has checked a password. Then a person whose tokens are deactivated passes, and the result says `otp: "skipped"`.',
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
    ({ user, passwordChecked }) => (user === undefined) === (passwordChecked === undefined),
    'passwordChecked goes with user',
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
  summary: 'Ask for the second factor of a person you know, or for a sign-in on our own page',
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
    const { user, passwordChecked = false, redirectUri, ...rest } = body;
    const input = { ...rest, passwordChecked, ...(user && { user }), ...(redirectUri && { redirectUri }) };
    const verdict = await createOnce(ports, c, 'flw', async (birth) => {
      const made = await createLoginRequest(ports, c.get('act'), birth, input);
      if (isRefusal(made) || redirectUri === undefined) return made;
      return { ...made, signInUrl: signInUrl(issuer, made.loginRequest) };
    });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  return app;
}
