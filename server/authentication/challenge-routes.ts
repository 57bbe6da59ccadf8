import { createRoute, z } from '@hono/zod-openapi';
import { authorize, mayUse } from '../http/api/authorize.ts';
import { anyName, instant, languageTag, personAddress, resourceId, tokenId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import { mailLanguage } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { ASKED_KINDS, createChallenge } from './create-challenge.ts';

const request = z
  .strictObject({
    resource: resourceId,
    user: anyName.optional().openapi({ description: 'Id or any name of the person.' }),
    token: tokenId
      .optional()
      .openapi({ description: 'One of the person’s tokens; with no `user`, one that the resource takes directly.' }),
    kind: z
      .enum(ASKED_KINDS)
      .optional()
      .openapi({ description: 'Else the first that the person has, in the order of this list.' }),
    language: languageTag,
    address: personAddress,
  })
  .refine((body) => (body.user ?? body.token) !== undefined, { message: 'user or token', path: ['user'] })
  .openapi('ChallengeInput');

const answer = z
  .object({
    token: tokenId,
    kind: z.enum(ASKED_KINDS),
    name: z.string(),
    to: z.string().optional().openapi({ description: 'Where the code went, masked.' }),
    question: z.string().optional().openapi({ description: 'To be typed into the device.' }),
    expiresAt: instant,
  })
  .openapi('Challenge');

const route = createRoute({
  method: 'post',
  path: '/challenges',
  tags: ['Authentication'],
  summary: 'Have a token asked',
  description:
    'Sends a code, or makes a question for a device, whose answer `POST /v1/authentications` then takes as `otp` on the same resource. Ask when your site has seen a first factor: each message costs, and rings somebody’s phone. Another code takes the place of the one before, not before 30 seconds.',
  security: [{ apiKey: ['authenticate'] }],
  request: jsonBody(request),
  responses: { 200: jsonAnswer('On its way, or to be shown.', answer), ...refusals },
});

export function challenges(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>) {
  const app = apiRouter();
  app.use('/challenges', authorize(ports, 'authenticate'));
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
    const asked = { ...body, language: mailLanguage(body.language) };
    const verdict = await createChallenge(ports, c.get('act'), asked);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  return app;
}
