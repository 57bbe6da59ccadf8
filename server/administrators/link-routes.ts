import { createRoute, z } from '@hono/zod-openapi';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { linkSecret } from './administrator-fields.ts';
import { viewLink } from './view-link.ts';

const input = z
  .strictObject({ kind: z.enum(['setup', 'invitation', 'recovery', 'reset']), secret: linkSecret })
  .openapi('LinkViewInput');
const shown = z
  .object({ name: z.string().optional().openapi({ description: 'Of whoever is invited, as the inviter wrote it.' }) })
  .openapi('LinkView');

const route = createRoute({
  method: 'post',
  path: '/links/view',
  tags: ['Administrators'],
  summary: 'See whether a link of setup, invitation, recovery or reset still leads on',
  description:
    'Uses nothing up. A link that was used, replaced or has expired is `LINK_INVALID`, as one that never was.',
  security: [],
  request: jsonBody(input),
  responses: { 200: jsonAnswer('It can be used.', shown), ...refusals },
});

export function links(ports: Pick<Ports, 'store' | 'clock'>, issuer: string) {
  const app = apiRouter();
  app.use('/links/view', sameOrigin(issuer));
  app.openapi(route, async (c) => {
    const verdict = await viewLink(ports, c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  return app;
}
