import { createRoute, z } from '@hono/zod-openapi';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { createUser } from '../../usecases/create-user.ts';
import { findUser } from '../../usecases/find-user.ts';
import { listObjects } from '../../usecases/list-objects.ts';
import { updateUser } from '../../usecases/update-user.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuse } from '../problem.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize } from './authorize.ts';
import { createOnce } from './create-once.ts';
import {
  anyName,
  creationHeaders,
  email,
  instant,
  label,
  login,
  pageOf,
  pageQuery,
  password,
  phone,
  resourceId,
  tokenId,
  userId,
} from './fields.ts';

const names = {
  login,
  alias: login.optional(),
  email: email.optional(),
  phone: phone.optional(),
  firstName: label(100).optional(),
  secondName: label(100).optional(),
};
const creation = z
  .strictObject({ ...names, password: password.optional(), apiSupport: z.boolean().default(true) })
  .openapi('UserInput');
const changes = z
  .strictObject({
    blocked: z.boolean(),
    password,
    firstName: label(100),
    secondName: label(100),
    apiSupport: z.boolean(),
  })
  .partial()
  .openapi('UserChanges');
const shown = z
  .object({
    id: userId,
    ...names,
    apiSupport: z.boolean(),
    blocked: z.boolean(),
    hasPassword: z.boolean(),
    assignments: z.array(z.object({ resource: resourceId, alone: z.boolean(), tokens: z.array(tokenId) })),
    createdAt: instant,
  })
  .openapi('User');

export function presentUser({ account: _account, createdBy: _by, passwordHash, ...user }: User): z.input<typeof shown> {
  const assignments = user.assignments.map(({ resource, alone, tokens }) => ({
    resource,
    alone,
    tokens: tokens.map(({ token }) => token),
  }));
  return { ...user, hasPassword: passwordHash !== undefined, assignments };
}

const tags = ['Users'];
const create = createRoute({
  method: 'post',
  path: '/users',
  tags,
  summary: 'Create a user',
  description: 'Login, alias, e-mail and phone share one namespace within the account, whatever their case.',
  security: [{ apiKey: ['write'] }],
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Created.', shown), ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/users',
  tags,
  summary: 'List users, newest first',
  security: [{ apiKey: ['read'] }],
  request: { query: pageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  // Named as in the route that changes one: OpenAPI takes two templates of one shape for the same path.
  path: '/users/{id}',
  tags,
  summary: 'Read a user by id or by any of their names',
  security: [{ apiKey: ['read'] }],
  request: { params: z.object({ id: anyName }) },
  responses: { 200: jsonAnswer('The user.', shown), ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/users/{id}',
  tags,
  summary: 'Change a user',
  security: [{ apiKey: ['write'] }],
  request: { params: z.object({ id: userId }), ...jsonBody(changes) },
  responses: { 200: jsonAnswer('The user as they are now.', shown), ...refusals },
});

export function users(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher'>) {
  const app = apiRouter();
  app.on(['GET'], ['/users', '/users/:id'], authorize(ports, 'read'));
  app.on(['POST', 'PATCH'], ['/users', '/users/:id'], authorize(ports, 'write'));

  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const verdict = await createOnce(ports, c, 'usr', async (birth) => {
      const made = await createUser(ports, c.get('act'), birth, body);
      return isRefusal(made) ? made : presentUser(made.user);
    });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  app.openapi(list, async (c) => {
    const { account } = c.get('act').actor;
    const list = { ...c.req.valid('query'), index: indexes.users(account), account, key: documents.user };
    const page = await listObjects(ports, list);
    return isRefusal(page) ? refuseVerdict(c, page) : c.json({ ...page, items: page.items.map(presentUser) }, 200);
  });
  app.openapi(read, async (c) => {
    const user = await findUser(ports, c.get('act').actor.account, c.req.valid('param').id);
    return user ? c.json(presentUser(user), 200) : refuse(c, 'USER_NOT_FOUND');
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const verdict = await updateUser(ports, c.get('act'), id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentUser(verdict.object), 200);
  });
  return app;
}
