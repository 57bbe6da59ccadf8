import { z } from '@hono/zod-openapi';
import { showOne } from '../http/api/describe-object.ts';
import { resourceId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { removeLogo, setLogo } from './change-logo.ts';
import { LOGO_BYTES } from './logo.ts';
import { presentResource, resourceView } from './routes.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const input = z
  .strictObject({
    image: z
      .string()
      .min(4)
      .max(Math.ceil(LOGO_BYTES / 3) * 4)
      .regex(BASE64, 'base64')
      .openapi({
        description: 'PNG or WebP in base64, at most 32 kB, 16 to 1024 pixels wide and high.',
        example: 'iVBORw0KGgo=',
      }),
  })
  .openapi('LogoInput', { description: 'The image.' });

const params = z.object({ id: resourceId });

const set = route({
  method: 'post',
  path: '/resources/{id}/logo',
  scope: 'write',
  operationId: 'setResourceLogo',
  tag: 'Resources',
  summary: 'Set the logo of a resource',
  description: 'Shown above the sign-in, with the name of the resource as its alternative text.',
  request: { params, ...jsonBody(input) },
  responses: { 200: jsonAnswer('The resource as it is now.', resourceView) },
  handle: async (c, ports: WritePorts) => {
    const bytes = Buffer.from(c.req.valid('json').image, 'base64');
    return showOne(c, await setLogo(ports, c.get('act'), c.req.valid('param').id, bytes), presentResource);
  },
});

const remove = route({
  method: 'delete',
  path: '/resources/{id}/logo',
  scope: 'write',
  operationId: 'deleteResourceLogo',
  tag: 'Resources',
  summary: 'Delete the logo of a resource',
  request: { params },
  responses: { 204: { description: 'Deleted, or there was none.' } },
  handle: async (c, ports: WritePorts) => {
    const verdict = await removeLogo(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});

export const logoRoutes = [set, remove];
