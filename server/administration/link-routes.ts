import { z } from '@hono/zod-openapi';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { linkSecret } from './administrator-fields.ts';
import { viewLink } from './view-link.ts';

const input = z
  .strictObject({
    kind: z.enum(['setup', 'invitation', 'recovery', 'reset']).openapi({ description: 'What the link is for.' }),
    secret: linkSecret,
  })
  .openapi('LinkViewInput', { description: 'The link.' });
const linkView = z
  .object({
    name: z.string().optional().openapi({ description: 'The name of the invited person.', example: 'Ada Lovelace' }),
  })
  .openapi('LinkView', { description: 'A link that can be used.' });

type Needs = Pick<Ports, 'store' | 'clock'>;

export const linkRoutes = [
  route({
    method: 'post',
    path: '/links/view',
    // The secret of the link is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    operationId: 'viewLink',
    tag: 'Administrators',
    summary: 'Check a link of setup, invitation, recovery or password reset',
    description: 'Does not use the link up. A link that is used, replaced, expired or unknown is `LINK_INVALID`.',
    request: jsonBody(input),
    responses: { 200: jsonAnswer('It can be used.', linkView) },
    handle: async (c, ports: Needs) => {
      const verdict = await viewLink(ports, c.req.valid('json'));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
    },
  }),
];
