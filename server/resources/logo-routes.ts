import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { showOne } from '../http/api/describe-object.ts';
import { resourceId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { removeLogo, setLogo } from './change-logo.ts';
import { LOGO_BYTES } from './logo.ts';
import { presentResource, shownResource } from './routes.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const input = z
  .strictObject({
    image: z
      .string()
      .min(4)
      .max(Math.ceil(LOGO_BYTES / 3) * 4)
      .regex(BASE64, 'base64')
      .openapi({ description: 'PNG or WebP, at most 32 kB, 16 to 1024 pixels on each side, base64.' }),
  })
  .openapi('LogoInput');

const params = z.object({ id: resourceId });
const security = [{ apiKey: ['write'] }];

const set = createRoute({
  method: 'post',
  path: '/resources/{id}/logo',
  tags: ['Resources'],
  summary: 'Set the logo of a resource',
  description: 'Shown above the sign-in, with the resource’s name as its text.',
  security,
  request: { params, ...jsonBody(input) },
  responses: { 200: jsonAnswer('The resource as it is now.', shownResource), ...refusals },
});

const remove = createRoute({
  method: 'delete',
  path: '/resources/{id}/logo',
  tags: ['Resources'],
  summary: 'Take the logo of a resource away',
  security,
  request: { params },
  responses: { 204: { description: 'It has none now.' }, ...refusals },
});

export function logos(ports: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const app = apiRouter();
  app.use('/resources/:id/logo', authorize(ports, 'write'));
  app.openapi(set, async (c) => {
    const bytes = Buffer.from(c.req.valid('json').image, 'base64');
    return showOne(c, await setLogo(ports, c.get('act'), c.req.valid('param').id, bytes), presentResource);
  });
  app.openapi(remove, async (c) => {
    const verdict = await removeLogo(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  return app;
}
