import { createRoute, z } from '@hono/zod-openapi';
import { LEVELS, LONGEST_REMEMBERED_MS } from '../../domain/step-up.ts';
import type { Ports } from '../../ports/index.ts';
import { createLoginRequest } from '../../usecases/create-login-request.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuse } from '../problem.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize, mayUse } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { anyName, creationHeaders, flowId, instant, nonce, resourceId } from './fields.ts';

const request = z
  .strictObject({
    user: anyName.openapi({ description: 'Id or any name of the person, as your own sign-in established it.' }),
    resource: resourceId,
    nonce,
    passwordChecked: z.boolean().default(false).openapi({
      description:
        'Whether your site has checked a password. Then a person whose tokens are deactivated passes, and the result says `otp: "skipped"`. Not together with the three below.',
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
  summary: 'Ask for the second factor of a person you know, or for what a level still lacks',
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
    const { acr, maxAgeMs, previous, ...asked } = body;
    const isDemanding = acr !== undefined || maxAgeMs !== undefined || previous !== undefined;
    const demand = { acr: acr ?? '1', ...(maxAgeMs !== undefined && { maxAgeMs }) } as const;
    const input = { ...asked, previous, ...(isDemanding && { demand }) };
    const verdict = await createOnce(ports, c, 'flw', (birth) => createLoginRequest(ports, c.get('act'), birth, input));
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  return app;
}
