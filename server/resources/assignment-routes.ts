import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { creationHeaders, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { assign, unassign } from './assign.ts';

const fields = { resource: resourceId, user: userId.optional(), token: tokenId.optional() };
export const assignmentInput = z
  .strictObject(fields)
  .refine(({ user, token }) => user !== undefined || token !== undefined, 'name a user, a token, or both')
  .openapi('Assignment');

const create = createRoute({
  method: 'post',
  path: '/assignments',
  tags: ['Assignments'],
  summary: 'Give access to a resource',
  description:
    'A user alone, a user together with one of their tokens, or a token with no user. User and token assigned separately do not add up to both together. Repeating an assignment changes nothing.',
  security: [{ apiKey: ['write'] }],
  request: { ...jsonBody(assignmentInput), headers: creationHeaders },
  responses: { 201: jsonAnswer('Assigned.', assignmentInput), ...refusals },
});
const remove = createRoute({
  method: 'delete',
  path: '/assignments',
  tags: ['Assignments'],
  summary: 'Take access to a resource away',
  security: [{ apiKey: ['write'] }],
  request: { query: z.strictObject(fields) },
  responses: { 204: { description: 'Taken away.' }, ...refusals },
});

export function assignments(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.use('/assignments', authorize(ports, 'write'));
  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    // It has no id: its keys are apart from those of other things, with those of rows.
    const verdict = await createOnce(ports, c, 'acc', () => assign(ports, c.get('act'), body));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(body, 201);
  });
  app.openapi(remove, async (c) => {
    const verdict = await unassign(ports, c.get('act'), c.req.valid('query'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  return app;
}
