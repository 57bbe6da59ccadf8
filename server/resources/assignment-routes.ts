import { z } from '@hono/zod-openapi';
import { creationHeaders, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { assign, unassign } from './assign.ts';

const fields = {
  resource: resourceId,
  user: userId.optional(),
  token: tokenId
    .optional()
    .openapi({ description: 'Id of a token: of the user, or without a user one that signs in by itself.' }),
};
export const assignmentInput = z
  .strictObject(fields)
  .refine(({ user, token }) => user !== undefined || token !== undefined, 'name a user, a token, or both')
  .openapi('Assignment', {
    description: 'The access of a user, of a user with a token, or of a token, to a resource.',
    example: { user: 'usr_01k8dq9z2mp', token: 'tok_01k8dq9z2mp' },
  });

const create = route({
  method: 'post',
  path: '/assignments',
  scope: 'write',
  operationId: 'createAssignment',
  tag: 'Assignments',
  summary: 'Give access to a resource',
  description:
    'Assigns a user, a user together with one of their tokens, or a token without a user. Assigning user and token separately is not the same as assigning them together. Repeating an assignment changes nothing.',
  request: { ...jsonBody(assignmentInput), headers: creationHeaders },
  responses: { 201: jsonAnswer('Assigned.', assignmentInput) },
  handle: async (c, ports: SecretPorts) => {
    const body = c.req.valid('json');
    // An assignment has no id: its idempotency keys share a scope with those of bulk rows.
    const verdict = await createOnce(ports, c, 'acc', () => assign(ports, c.get('act'), body));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(body, 201);
  },
});
const remove = route({
  method: 'delete',
  path: '/assignments',
  scope: 'write',
  operationId: 'deleteAssignment',
  tag: 'Assignments',
  summary: 'Remove access to a resource',
  request: { query: z.strictObject(fields) },
  responses: { 204: { description: 'Removed.' } },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await unassign(ports, c.get('act'), c.req.valid('query'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});

export const assignmentRoutes = [create, remove];
