import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updateUser } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { addToken, unwrap } from '../../testing/fixtures.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of users');
});
afterAll(() => dialect.service.ports.close());

const one = ({ scene }: Dialect, rest = '') => `user-service/users/${numberOf(scene.user.id)}${rest}`;
const NAMES = { email: 'alice@shop.example', phone: '4915112345678', firstName: 'Alice', secondName: 'Müller' };
const NAMED = { user: NAMES };
const view = ({ scene }: Dialect) => ({
  id: numberOf(scene.user.id),
  login: 'alice',
  ...omitUndefined({
    email: scene.user.email,
    phoneNumber: scene.user.phone,
    firstName: scene.user.firstName,
    secondName: scene.user.secondName,
  }),
  apiSupport: true,
  hasTokens: scene.tokens.length > 0,
  creatorId: 0,
  creatorUsername: 'operator',
});
const NEW = {
  login: 'bob',
  email: 'bob@shop.example',
  phoneNumber: 491701234567,
  password: 'another horse battery',
  firstName: undefined,
  secondName: undefined,
  apiSupport: true,
};
const OLD = {
  id: undefined,
  login: 'alice',
  rawPassword: 'a7d48dbb7165641112ad1da9c59a6140',
  rawSalt: '5f4dcc3b5aa765d61d8327deb882cf99',
  encodingType: 'MD5',
  encodingFormat: 'PASS{HEX_SALT}',
};
const users = 'POST user-service/users';
const password = 'POST user-service/users/password';

const CASES: DialectCase[] = [
  {
    row: 'GET user-service/users',
    when: 'there is one',
    scene: NAMED,
    send: () => ({ start: 0, limit: 10 }),
    response: (own: Dialect) => ({ users: [view(own)] }),
  },
  {
    row: 'GET user-service/users',
    when: 'everything matches',
    scene: { ...NAMED, tokens: [{}] },
    send: ({ scene }) => ({
      login: 'al',
      email: 'alice@',
      firstName: 'ALICE',
      secondName: 'mü',
      block: 'NONE_BLOCKED',
      resourceIds: numberOf(scene.resource.id),
    }),
    response: (own: Dialect) => ({ users: [view(own)] }),
  },
  {
    row: 'GET user-service/users',
    when: 'they are assigned to the resource',
    send: ({ scene }) => ({ resourceIds: `${numberOf(scene.resource.id)},4711` }),
    response: (own: Dialect) => ({ users: [view(own)] }),
  },
  {
    row: 'GET user-service/users',
    when: 'they are blocked',
    send: async ({ service, scene }) => {
      unwrap(await updateUser(service.ports, scene.account, scene.user.id, { blocked: true }));
      return { block: 'BLOCKED_BY_ADMIN' };
    },
    response: (own: Dialect) => ({ users: [view(own)] }),
  },
  ...(
    [
      ['the login does not fit', { login: 'bob' }],
      ['another name than the login fits', { login: 'alice@' }],
      ['they are not blocked', { block: 'BLOCKED_BY_ADMIN' }],
      ['the block does not occur', { block: 'TOO_MANY_PIN_FAILED_ATTEMPTS_BLOCKED' }],
      ['they are on no such resource', { resourceIds: '4711' }],
      ['there are not so many', { start: 1 }],
    ] as const
  ).map(
    ([when, sent]): DialectCase => ({
      row: 'GET user-service/users',
      when,
      scene: NAMED,
      send: () => ({ ...sent }),
      response: { users: [] },
    }),
  ),
  {
    row: 'GET user-service/users',
    when: 'the block is unknown',
    send: () => ({ block: 'MAYBE' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'GET user-service/users',
    when: 'a number is malformed',
    send: () => ({ resourceIds: '1,a' }),
    failure: 'INVALID_PARAMETER',
  },
  { row: 'GET user-service/users/quantity', when: 'there is one', send: () => ({}), response: { quantity: 1 } },
  {
    row: 'GET user-service/users/#',
    when: 'they exist',
    scene: NAMED,
    send: (own) => ({ path: one(own) }),
    response: (own: Dialect) => ({ user: view(own) }),
  },
  {
    row: 'GET user-service/users/#',
    when: 'the number is unknown',
    send: () => ({ path: 'user-service/users/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },
  { row: users, when: 'no login is sent', send: () => ({ ...NEW, login: undefined }), failure: 'MISSING_PARAMETER' },
  {
    row: users,
    when: 'the login is too long',
    send: () => ({ ...NEW, login: 'x'.repeat(51) }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  { row: users, when: 'the login has a space', send: () => ({ ...NEW, login: 'b ob' }), failure: 'INVALID_PARAMETER' },
  { row: users, when: 'the login is taken', send: () => ({ ...NEW, login: 'ALICE' }), failure: 'ALREADY_EXIST' },
  {
    row: users,
    when: 'the address is malformed',
    send: () => ({ ...NEW, email: 'bob' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: users,
    when: 'the number is too short',
    send: () => ({ ...NEW, phoneNumber: 12345 }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: users,
    when: 'the number is malformed',
    send: () => ({ ...NEW, phoneNumber: 'bob' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: users,
    when: 'the password is too short',
    send: () => ({ ...NEW, password: 'pwd' }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: users,
    when: 'the password is a common one',
    send: () => ({ ...NEW, password: 'passwordpassword' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'PUT user-service/users/#',
    when: 'they get another name, and empty parameters change nothing',
    scene: NAMED,
    send: (own) => ({ path: one(own), login: undefined, firstName: 'Alicia', apiSupport: false, password: undefined }),
    response: (own: Dialect) => ({ user: { ...view(own), firstName: 'Alicia', apiSupport: false } }),
  },
  {
    row: 'PUT user-service/users/#',
    when: 'the number is unknown',
    send: () => ({ path: 'user-service/users/4711', firstName: 'Alicia' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'DELETE user-service/users/#',
    when: 'they exist: the response shows their last state',
    scene: { ...NAMED, tokens: [{}] },
    send: (own) => ({ path: one(own) }),
    response: (own: Dialect) => ({ user: view(own) }),
  },
  {
    row: 'DELETE user-service/users/#',
    when: 'the number is unknown',
    send: () => ({ path: 'user-service/users/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },
  { row: password, when: 'it was hashed', send: () => OLD, response: (own: Dialect) => ({ user: view(own) }) },
  {
    row: password,
    when: 'it is sent in plain text',
    send: () => ({ login: 'alice', rawPassword: 'another horse battery', encodingType: 'PLAIN' }),
    response: (own: Dialect) => ({ user: view(own) }),
  },
  {
    row: password,
    when: 'it is sent in plain text and is too short',
    send: () => ({ login: 'alice', rawPassword: 'pwd', encodingType: 'PLAIN' }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  { row: password, when: 'no user is given', send: () => ({ ...OLD, login: undefined }), failure: 'MISSING_PARAMETER' },
  {
    row: password,
    when: 'the user name is unknown',
    send: () => ({ ...OLD, login: 'bob' }),
    failure: 'UNREGISTERED_NAME',
  },
  {
    row: password,
    when: 'the number is unknown',
    send: () => ({ ...OLD, id: 4711, login: undefined }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: password,
    when: 'the hash type is missing',
    send: () => ({ ...OLD, encodingType: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: password,
    when: 'the hash type is unknown',
    send: () => ({ ...OLD, encodingType: 'CRC32' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: password,
    when: 'the format is missing',
    send: () => ({ ...OLD, encodingFormat: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: password,
    when: 'the format leaves the password out',
    send: () => ({ ...OLD, encodingFormat: 'SALT' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: password,
    when: 'the hash is malformed',
    send: () => ({ ...OLD, rawPassword: 'secret' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: password,
    when: 'the hash is of another length',
    send: () => ({ ...OLD, encodingType: 'SHA256' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: password,
    when: 'the salt is not hexadecimal',
    send: () => ({ ...OLD, rawSalt: 'pepper' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'GET user-service/users/#/tokens',
    when: 'they have none',
    send: (own) => ({ path: one(own, '/tokens') }),
    response: { tokens: [] },
  },
  {
    row: 'GET user-service/users/#/tokens',
    when: 'the number is unknown',
    send: () => ({ path: 'user-service/users/4711/tokens' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET user-service/users/#/tokens/quantity',
    when: 'they have two',
    scene: { tokens: [{}, {}] },
    send: (own) => ({ path: one(own, '/tokens/quantity') }),
    response: { quantity: 2 },
  },
  {
    row: 'POST user-service/users/#/tokens/#/assign',
    when: 'it has no owner, and a library sends the numbers twice',
    send: async (own) => {
      const { id } = await addToken(own.service.ports, own.scene.account, {});
      const [userId, tokenId] = [numberOf(own.scene.user.id), numberOf(id)];
      return { path: one(own, `/tokens/${tokenId}/assign`), userId, tokenId };
    },
  },
  {
    row: 'POST user-service/users/#/tokens/#/assign',
    when: 'the token is unknown',
    send: (own) => ({ path: one(own, '/tokens/4711/assign') }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST user-service/users/#/tokens/#/unassign',
    when: 'it is the user’s',
    scene: { tokens: [{}] },
    send: (own) => ({ path: one(own, `/tokens/${numberOf(own.scene.tokens[0]?.id ?? '')}/unassign`) }),
  },
  {
    row: 'POST user-service/users/#/tokens/#/unassign',
    when: 'it is not the user’s',
    send: async (own) => {
      const { id } = await addToken(own.service.ports, own.scene.account, {});
      return { path: one(own, `/tokens/${numberOf(id)}/unassign`) };
    },
    failure: 'MISSING_DB_ENTITY',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  test('POST user-service/users: a created user signs in with the password that the site passed on', async () => {
    const own = await dialect.another();
    const { holder } = await own.ask(users, NEW, { format });
    const { id } = holder.response as { id: number };
    const on = { resourceId: numberOf(own.scene.resource.id), userId: id };
    await own.ask('POST resource-service/assign/user', on, { format });
    const signedIn = await own.ask('POST auth-service/authenticate/user-password', { ...on, pwd: NEW.password });
    expect(signedIn.holder.response).toEqual({ result: true });
    const { user } = (await own.ask(`GET user-service/users/${id}`)).holder.response as { user: object };
    expect(user).toMatchObject({ login: 'bob', phoneNumber: '491701234567', creatorUsername: own.superuser.email });
  });

  test('GET user-service/users/#/tokens: the user’s tokens, newest first, in parts', async () => {
    const own = await dialect.another({ tokens: [{}, {}, {}] });
    const row = `GET ${one(own, '/tokens')}`;
    const ids: number[] = [];
    for (const start of [0, 2]) {
      const { holder } = await own.ask(row, { start, limit: 2 }, { format });
      ids.push(...(holder.response as { tokens: { id: unknown }[] }).tokens.map(({ id }) => Number(id)));
    }
    expect(ids).toHaveLength(3);
    expect([...ids].sort()).toEqual(own.scene.tokens.map(({ id }) => numberOf(id)).sort());
  });
});
