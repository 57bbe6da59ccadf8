import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { SECOND_FACTOR_STATES } from '@countersign/protocol/users';
import { z } from '@hono/zod-openapi';
import {
  type CreatedObject,
  describeObject,
  showCreated,
  showDeleted,
  showOne,
  showPage,
  toCreatedObject,
} from '../http/api/describe-object.ts';
import {
  anyName,
  createdAt,
  createdBy,
  day,
  email,
  flag,
  instantOf,
  label,
  login,
  namedPageQuery,
  otherResources,
  password,
  phone,
  presentOthers,
  resourceId,
  tokenId,
  userId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { ifMatchVersions } from '../http/api/version.ts';
import type { UserId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { PasswordPorts, Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import { passwordHash } from '../passwords/hash-fields.ts';
import { isPasswordLocked } from '../passwords/password-counters.ts';
import type { NewId } from '../store/records/create-object.ts';
import { showUser } from '../users/find-user.ts';
import { externalId, metadata } from '../users/identity-fields.ts';
import type { User } from '../users/user.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { listUsers } from './list-users.ts';
import { readPasswordAlone } from './password-alone.ts';
import { readLastSignIns } from './read-last-sign-ins.ts';
import { updateUser } from './update-user.ts';

const names = {
  login,
  alias: login.openapi({ description: 'Another name to sign in with.', example: 'al' }).optional(),
  email: email.openapi({ description: 'Also a name to sign in with.' }).optional(),
  phone: phone.openapi({ description: 'Also a name to sign in with.' }).optional(),
  firstName: label(100).openapi({ description: 'The first name.', example: 'Alice' }).optional(),
  secondName: label(100).openapi({ description: 'The second name.', example: 'Liddell' }).optional(),
  externalId: externalId.optional(),
  metadata: metadata.optional(),
};
const apiSupport = z.boolean().openapi({
  description: 'Whether the user can be authenticated over the API. The widget ignores it.',
});
export const userInput = z
  .strictObject({
    ...names,
    password: password.optional(),
    passwordHash: passwordHash.optional(),
    apiSupport: apiSupport.default(true),
  })
  .openapi('UserInput', { description: 'A new user.', example: { email: 'alice@shop.example' } });
const blocked = z.boolean().openapi({ description: 'A blocked user cannot sign in.', example: false });
const changes = z
  .strictObject({
    login,
    alias: names.alias.unwrap().nullable(),
    email: names.email.unwrap().nullable(),
    phone: names.phone.unwrap().nullable(),
    firstName: names.firstName.unwrap().nullable(),
    secondName: names.secondName.unwrap().nullable(),
    externalId: externalId.nullable(),
    metadata: metadata.nullable().openapi({ type: ['object', 'null'] }),
    blocked,
    password,
    apiSupport,
    needsConfirmation: z.literal(false).openapi({
      description:
        'Confirms the user after a password reset by a link: codes by email count as a second factor again, and the password alone where it is enough.',
    }),
  })
  .partial()
  .openapi('UserChanges', {
    description: 'What changes of a user. Null removes a value.',
    example: { blocked: true },
  });
export const userView = z
  .object({
    id: userId,
    ...names,
    apiSupport,
    blocked,
    hasPassword: z.boolean().openapi({ description: 'Whether the user has a password.' }),
    needsConfirmation: z.literal(true).optional().openapi({
      description:
        'The password was reset by email. Codes by email are no second factor until the user signs in with another one, or this is set to `false`.',
    }),
    passwordLocked: z.literal(true).optional().openapi({
      description:
        'After 100 wrong passwords in a row the password counts only in networks where the user has signed in. Another password, a sign-in from there, or `blocked` set to `false` lifts it. Shown for one user, not in lists.',
    }),
    passwordByHelpDesk: z.literal(true).optional().openapi({
      description:
        'The password came by a link that the help desk took. No sign-in rests on it alone until it changes, or `needsConfirmation` is set to `false`.',
    }),
    assignments: z
      .array(
        z.object({
          resource: resourceId,
          alone: z.boolean().openapi({ description: 'Whether the user is assigned without a token.', example: false }),
          tokens: z.array(tokenId).openapi({ description: 'The tokens with which the user is assigned.' }),
        }),
      )
      .openapi({ description: 'The resources that the user can sign in to.' }),
    otherResources,
    lastSignIn: day.nullable().optional().openapi({
      description:
        'The UTC day of the last sign-in, on the resources that you see. Null: never. Known some seconds after a sign-in.',
      example: '2027-01-15',
    }),
    passwordAloneSince: instantOf(
      'Since when the user signs in with the password alone, on a resource that you see: their tokens are all deactivated, and none is required. Null: not known since when. Missing: they do not, or this is an export.',
    )
      .nullable()
      .optional(),
    createdAt,
    createdBy,
  })
  .openapi('User', {
    description: 'A user.',
    example: { email: 'alice@shop.example', firstName: 'Alice', secondName: 'Liddell' },
  });

/** @param lastSignIn null: never; undefined: not read */
export function presentUser(
  user: User,
  { actor }: RequestContext,
  lastSignIn?: string | null,
): z.input<typeof userView> {
  // Field by field, because a user has fields that administrators must not see.
  const { id, login, alias, email, phone, firstName, secondName, externalId, metadata } = user;
  const { apiSupport, blocked, createdAt } = user;
  const seen = user.assignments.filter(({ resource }) => maySeeResource(actor, resource));
  const assignments = seen.map(({ resource, alone, tokens }) => ({
    resource,
    alone,
    tokens: tokens.map(({ token }) => token),
  }));
  return {
    ...{ id, login, alias, email, phone, firstName, secondName, externalId, metadata },
    ...{ apiSupport, blocked, createdAt },
    hasPassword: user.passwordHash !== undefined,
    ...(user.needsConfirmation && { needsConfirmation: true as const }),
    ...(user.passwordByHelpDesk && { passwordByHelpDesk: true as const }),
    assignments,
    ...presentOthers(user.assignments.length - seen.length),
    ...(lastSignIn !== undefined && { lastSignIn }),
    createdBy: user.createdBy,
  };
}

const routes = describeObject(
  { path: '/users', tag: 'Users', one: 'a user', many: 'users', id: userId },
  {
    query: namedPageQuery.extend({
      blocked: flag.optional().openapi({ description: 'Only users who are blocked, or who are not.' }),
      hasPassword: flag.optional().openapi({ description: 'Only users who have a password, or who have none.' }),
      externalId: externalId.optional().openapi({ description: 'Only the user with this id in your own records.' }),
      resource: resourceId.optional().openapi({ description: 'Only users who are assigned to this resource.' }),
      secondFactor: z.enum(SECOND_FACTOR_STATES).optional().openapi({
        description:
          'Only users without a token to sign in with (`none`), whose tokens on a resource are locked (`locked`), or all deactivated there (`deactivated`). With `resource`: there. Pages may be short.',
      }),
      signedIn: flag.optional().openapi({
        description:
          'Only users who have signed in, or who never have, on the resources that you see. With `resource`: there. Pages may be short.',
      }),
    }),
    input: userInput,
    changes,
    shown: userView,
    made: userView,
    about: {
      create:
        'Login, alias, email and phone share one namespace within the account, in any case. The external id has its own.',
      update:
        'A name or external id that another user has is refused with NAME_TAKEN, and nothing changes; `errors` says which it is. Metadata is replaced as a whole.',
      remove: 'The names are free again, and the tokens lose their owner.',
    },
  },
);
type RouterNeeds = PasswordPorts & Pick<Ports, 'courier' | 'reportFault' | 'geo' | 'codes' | 'freePasswordFailures'>;

async function makeUser(
  ports: PasswordPorts,
  act: RequestContext,
  birth: NewId<UserId>,
  body: z.output<typeof userInput>,
): Promise<CreatedObject<z.input<typeof userView>> | Refusal> {
  const made = await createUser(ports, act, birth, body);
  return isRefusal(made) ? made : toCreatedObject(made.user, presentUser(made.user, act, null));
}

/** Presents the users with what is kept beside them, or follows from their tokens. */
async function presenterOf(ports: RouterNeeds, act: RequestContext, users: readonly User[]) {
  const [days, alone] = await Promise.all([readLastSignIns(ports, act, users), readPasswordAlone(ports, act, users)]);
  return (user: User) => ({
    ...presentUser(user, act, days.get(user.id) ?? null),
    ...omitUndefined({ passwordAloneSince: alone.get(user.id) }),
  });
}

export const userRoutes = [
  route({
    ...routes.create,
    handle: async (c, ports: RouterNeeds) => {
      const body = c.req.valid('json');
      return showCreated(c, await createOnce(ports, c, 'usr', (birth) => makeUser(ports, c.get('act'), birth, body)));
    },
  }),
  route({
    ...routes.list,
    handle: async (c, ports: RouterNeeds) => {
      const page = await listUsers(ports, c.get('act'), c.req.valid('query'));
      return showPage(c, page, await presenterOf(ports, c.get('act'), isRefusal(page) ? [] : page.items));
    },
  }),
  route({
    ...routes.read,
    // The parameter has the name used by the routes that change a user: OpenAPI treats two templates of one shape as
    // the same path.
    path: '/users/{id}',
    summary: 'Read a user by id or by any of their names',
    request: { params: z.object({ id: anyName }) },
    handle: async (c, ports: RouterNeeds) => {
      const found = await showUser(ports, c.get('act'), c.req.valid('param').id);
      const isLocked = !isRefusal(found) && (await isPasswordLocked(ports, found.object));
      const present = await presenterOf(ports, c.get('act'), isRefusal(found) ? [] : [found.object]);
      return showOne(c, found, (user) => ({
        ...present(user),
        ...(isLocked && { passwordLocked: true as const }),
      }));
    },
  }),
  route({
    ...routes.update,
    handle: async (c, ports: RouterNeeds) => {
      const { id } = c.req.valid('param');
      const updated = await updateUser(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c));
      return showOne(c, updated, await presenterOf(ports, c.get('act'), isRefusal(updated) ? [] : [updated.object]));
    },
  }),
  route({
    ...routes.remove,
    handle: async (c, ports: RouterNeeds) =>
      showDeleted(c, await deleteUser(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c))),
  }),
];
