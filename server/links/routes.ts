import { z } from '@hono/zod-openapi';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { isRefusal } from '../kernel/result.ts';
import { linkInput, madeLink } from './link-fields.ts';
import { type LinkNeeds, makeLink } from './make-link.ts';

const create = route({
  method: 'post',
  path: '/links',
  scope: 'write',
  operationId: 'createLink',
  tag: 'Users',
  summary: 'Send a user a link, or make one to hand over',
  description:
    'It works once and replaces an earlier one of its kind. An administrator gets a link to hand over only where no email reaches the user (`LINK_BY_MAIL_ONLY`); it is void once the user gets a resource on which that administrator may not act. The audit log says who took it.',
  request: jsonBody(linkInput),
  responses: {
    201: jsonAnswer('Sent, or made.', z.object(madeLink).openapi('Link', { description: 'A link.' })),
  },
  handle: async (c, ports: LinkNeeds) => {
    const verdict = await makeLink(ports, c.get('act'), c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  },
});

export const linkCreationRoutes = [create];
