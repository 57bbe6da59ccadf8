import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import {
  describeObject,
  type Made,
  madeFrom,
  showDeleted,
  showMade,
  showOne,
  showPage,
} from '../http/api/describe-object.ts';
import {
  anyName,
  createdBy,
  email,
  flag,
  instant,
  label,
  login,
  namedPageQuery,
  otherResources,
  password,
  phone,
  presentCreator,
  presentOthers,
  resourceId,
  tokenId,
  userId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter } from '../http/api/router.ts';
import { seenOf } from '../http/api/version.ts';
import type { UserId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import { passwordHash } from '../passwords/hash-fields.ts';
import type { NewId } from '../records/create-object.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { showUser } from './find-user.ts';
import { listUsers } from './list-users.ts';
import { updateUser } from './update-user.ts';
import type { User } from './user.ts';

const names = {
  login,
  alias: login.optional(),
  email: email.optional(),
  phone: phone.optional(),
  firstName: label(100).optional(),
  secondName: label(100).optional(),
};
const apiSupport = z.boolean().openapi({
  description: 'Whether `POST /authentications` lets them in. The widget does not ask for it.',
});
export const userInput = z
  .strictObject({
    ...names,
    password: password.optional(),
    passwordHash: passwordHash.optional(),
    apiSupport: apiSupport.default(true),
  })
  .openapi('UserInput');
const changes = z
  .strictObject({
    login,
    alias: login.nullable(),
    email: email.nullable(),
    phone: phone.nullable(),
    firstName: label(100).nullable(),
    secondName: label(100).nullable(),
    blocked: z.boolean(),
    password,
    apiSupport,
    needsConfirmation: z.literal(false).openapi({
      description: 'Confirms the user after a password reset by mail: codes by mail count again as a second factor.',
    }),
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
    needsConfirmation: z.literal(true).optional().openapi({
      description:
        'The password was set through a mailed link. Codes by mail are no second factor until the user signs in with another one or this is set to `false`.',
    }),
    assignments: z.array(z.object({ resource: resourceId, alone: z.boolean(), tokens: z.array(tokenId) })),
    otherResources,
    createdAt: instant,
    createdBy,
  })
  .openapi('User');

function presentUser(user: User, { actor }: RequestContext): z.input<typeof shown> {
  // Field by field: a user holds more than their administrators are shown.
  const { id, login, alias, email, phone, firstName, secondName, apiSupport, blocked, createdAt } = user;
  const seen = user.assignments.filter(({ resource }) => maySeeResource(actor, resource));
  const assignments = seen.map(({ resource, alone, tokens }) => ({
    resource,
    alone,
    tokens: tokens.map(({ token }) => token),
  }));
  return {
    ...{ id, login, alias, email, phone, firstName, secondName, apiSupport, blocked, createdAt },
    hasPassword: user.passwordHash !== undefined,
    ...(user.needsConfirmation && { needsConfirmation: true as const }),
    assignments,
    ...presentOthers(user.assignments.length - seen.length),
    createdBy: presentCreator(user.createdBy),
  };
}

const described = describeObject(
  { path: '/users', tag: 'Users', one: 'a user', many: 'users', id: userId },
  {
    query: namedPageQuery.extend({
      blocked: flag.optional(),
      resource: resourceId.optional().openapi({ description: 'Assigned to it, alone or with a token.' }),
    }),
    input: userInput,
    changes,
    shown,
    made: shown,
    about: {
      create: 'Login, alias, e-mail and phone share one namespace within the account, whatever their case.',
      update:
        'Names that somebody else has are refused with NAME_TAKEN, and nothing is changed then; `errors` says which it is.',
      remove: 'Their names are free from then on, and their tokens are nobody’s.',
    },
  },
);
const routes = {
  ...described,
  read: createRoute({
    ...described.read,
    // Named as in the routes that change one: OpenAPI takes two templates of one shape for the same path.
    path: '/users/{id}',
    summary: 'Read a user by id or by any of their names',
    request: { params: z.object({ id: anyName }) },
  }),
};

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher'>;
type RouterNeeds = Needs & Pick<Ports, 'courier'>;

export async function makeUser(
  ports: Needs,
  act: RequestContext,
  birth: NewId<UserId>,
  body: z.output<typeof userInput>,
): Promise<Made<z.input<typeof shown>> | Refusal> {
  const made = await createUser(ports, act, birth, body);
  return isRefusal(made) ? made : madeFrom(made.user, presentUser(made.user, act));
}

export function users(ports: RouterNeeds) {
  const app = apiRouter();
  app.on(['GET'], ['/users', '/users/:id'], authorize(ports, 'read'));
  app.on(['POST'], ['/users'], authorize(ports, 'write'));
  app.on(['PATCH', 'DELETE'], ['/users/:id'], authorize(ports, 'write'));

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json');
    return showMade(c, await createOnce(ports, c, 'usr', (birth) => makeUser(ports, c.get('act'), birth, body)));
  });
  app.openapi(routes.list, async (c) =>
    showPage(c, await listUsers(ports, c.get('act'), c.req.valid('query')), (user) => presentUser(user, c.get('act'))),
  );
  app.openapi(routes.read, async (c) => {
    return showOne(c, await showUser(ports, c.get('act'), c.req.valid('param').id), (user) =>
      presentUser(user, c.get('act')),
    );
  });
  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param');
    return showOne(c, await updateUser(ports, c.get('act'), id, c.req.valid('json'), seenOf(c)), (user) =>
      presentUser(user, c.get('act')),
    );
  });
  app.openapi(routes.remove, async (c) =>
    showDeleted(c, await deleteUser(ports, c.get('act'), c.req.valid('param').id, seenOf(c))),
  );
  return app;
}
