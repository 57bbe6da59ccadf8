import { createRoute, z } from '@hono/zod-openapi';
import type { Ports } from '../../ports/index.ts';
import { createLoginRequest } from '../../usecases/create-login-request.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuse } from '../problem.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize, mayUse } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { anyName, creationHeaders, instant, nonce, resourceId } from './fields.ts';

const request = z
  .strictObject({
    user: anyName.openapi({ description: 'Id or any name of the person, as your own sign-in established it.' }),
    resource: resourceId,
    nonce,
    passwordChecked: z.boolean().openapi({
      description:
        'Whether your site has checked a password. Then a person whose tokens are deactivated passes, and the result says `otp: "skipped"`.',
    }),
  })
  .openapi('LoginRequestInput');

const answer = z
  .object({
    loginRequest: z.string().openapi({ description: 'For `Countersign.mount(…, { loginRequest })`. Used once.' }),
    expiresAt: instant,
  })
  .openapi('LoginRequest');

const route = createRoute({
  method: 'post',
  path: '/login-requests',
  tags: ['Authentication'],
  summary: 'Ask for the second factor of a person you know',
  security: [{ apiKey: ['authenticate'] }],
  request: { ...jsonBody(request), headers: creationHeaders },
  responses: { 201: jsonAnswer('To be begun within two minutes.', answer), ...refusals },
});

export function loginRequests(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.use('/login-requests', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    const verdict = await createOnce(ports, c, 'flw', (birth) => createLoginRequest(ports, c.get('act'), birth, body));
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  return app;
}
