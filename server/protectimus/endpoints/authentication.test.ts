import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assign, operatorContext, updateToken, updateUser } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import {
  addResource,
  addToken,
  birth,
  type FixtureOptions,
  PASSWORD,
  unwrap,
  wrongCode,
} from '../../testing/fixtures.ts';
import { ocraAnswer } from '../../tokens/kinds/ocra/answer.ts';
import { createOcraToken } from '../../tokens/kinds/ocra/create-ocra-token.ts';
import { enrolSuite } from '../../tokens/kinds/ocra/enrol-suite.ts';
import { parseSuite } from '../../tokens/kinds/ocra/suite.ts';
import { createSentToken } from '../../tokens/kinds/sent/create-sent-token.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of authentication');
});
afterAll(() => dialect.service.ports.close());

const R = ({ scene }: Dialect) => ({ resourceId: numberOf(scene.resource.id), resourceName: undefined });
const U = ({ scene }: Dialect) => ({ userId: undefined, userLogin: scene.user.login });
const code = async ({ scene }: Dialect) => (await scene.tokens[0]?.code()) ?? '';
const PAIR: FixtureOptions = { tokens: [{}] };

const SUITE = 'OCRA-1:HOTP-SHA1-6:QN08';
const SEED = new Uint8Array(20).fill(7);

async function addDevice({ service: { ports }, scene }: Dialect) {
  const enrolled = enrolSuite(SUITE);
  if (enrolled.kind !== 'suite') throw new Error(enrolled.reason);
  const input = {
    kind: 'ocra',
    name: 'fob',
    suite: enrolled.suite,
    counter: 0,
    secret: SEED,
    owner: scene.user.id,
  } as const;
  const { token } = unwrap(await createOcraToken(ports, operatorContext(scene.account), birth(ports, 'tok'), input));
  unwrap(
    await assign(ports, { account: scene.account, resource: scene.resource.id, user: scene.user.id, token: token.id }),
  );
  return token;
}

async function addMailbox({ service: { ports }, scene }: Dialect) {
  const input = { kind: 'email', to: 'alice@post.example', name: 'Mail', owner: scene.user.id } as const;
  const { token } = unwrap(await createSentToken(ports, operatorContext(scene.account), birth(ports, 'tok'), input));
  unwrap(
    await assign(ports, { account: scene.account, resource: scene.resource.id, user: scene.user.id, token: token.id }),
  );
  return token;
}

const CASES: DialectCase[] = [
  { row: 'GET auth-service/balance', when: 'nothing was booked', send: () => ({}), response: { balance: 0 } },

  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the password is right',
    send: (own) => ({ ...R(own), ...U(own), pwd: PASSWORD, ip: undefined }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'resource and user are given by name, and their numbers as 0',
    send: ({ scene }) => ({
      resourceId: 0,
      resourceName: scene.resource.name,
      userId: 0,
      userLogin: scene.user.login,
      pwd: PASSWORD,
      ip: '203.0.113.7',
    }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the password is wrong',
    send: (own) => ({ ...R(own), ...U(own), pwd: `${PASSWORD}!`, ip: undefined }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the user name is unknown',
    send: (own) => ({ ...R(own), userLogin: 'nobody', pwd: PASSWORD }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the number is unknown',
    send: (own) => ({ ...R(own), userId: 4711, pwd: PASSWORD }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'no password is sent',
    send: (own) => ({ ...R(own), ...U(own), pwd: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'no user is given',
    send: (own) => ({ ...R(own), userId: undefined, userLogin: undefined, pwd: PASSWORD }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'no resource is given',
    send: (own) => ({ resourceId: 'null', resourceName: undefined, ...U(own), pwd: PASSWORD }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'no resource has that number',
    send: (own) => ({ resourceId: 4711, ...U(own), pwd: PASSWORD }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'no resource has that name',
    send: (own) => ({ resourceName: 'No shop', ...U(own), pwd: PASSWORD }),
    failure: 'UNREGISTERED_NAME',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'number and name are of different resources',
    send: (own) => ({ ...R(own), resourceName: 'No shop', ...U(own), pwd: PASSWORD }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the address is malformed',
    send: (own) => ({ ...R(own), ...U(own), pwd: PASSWORD, ip: '300.1.1.1' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the password is too long',
    send: (own) => ({ ...R(own), ...U(own), pwd: 'x'.repeat(1025) }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the resource is disabled',
    scene: { resource: { enabled: false } },
    send: (own) => ({ ...R(own), ...U(own), pwd: PASSWORD }),
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the user has no API support',
    scene: { user: { apiSupport: false } },
    send: (own) => ({ ...R(own), ...U(own), pwd: PASSWORD }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password',
    when: 'the user is blocked',
    send: async (own) => {
      unwrap(await updateUser(own.service.ports, own.scene.account, own.scene.user.id, { blocked: true }));
      return { ...R(own), ...U(own), pwd: PASSWORD };
    },
    response: { result: false },
  },

  {
    row: 'POST auth-service/authenticate/user-token',
    when: 'the code is right',
    scene: PAIR,
    send: async (own) => ({ ...R(own), ...U(own), otp: await code(own), ip: undefined }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-token',
    when: 'the code is wrong',
    scene: PAIR,
    send: async (own) => ({ ...R(own), ...U(own), otp: await wrongCode(own.scene) }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-token',
    when: 'the code is malformed',
    scene: PAIR,
    send: (own) => ({ ...R(own), ...U(own), otp: '12 456' }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-token',
    when: 'there is a PIN, typed before the code as one string with it',
    scene: { tokens: [{ pin: { digits: '4711', position: 'before' } }] },
    send: async (own) => ({ ...R(own), ...U(own), otp: `4711${await code(own)}` }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-token',
    when: 'no code is sent',
    scene: PAIR,
    send: (own) => ({ ...R(own), ...U(own), otp: undefined }),
    failure: 'MISSING_PARAMETER',
  },

  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'both are right',
    scene: PAIR,
    send: async (own) => ({ ...R(own), ...U(own), otp: await code(own), pwd: PASSWORD, ip: undefined }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'the password alone is right',
    scene: PAIR,
    send: async (own) => ({ ...R(own), ...U(own), otp: await wrongCode(own.scene), pwd: PASSWORD }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'the code alone is right',
    scene: PAIR,
    send: async (own) => ({ ...R(own), ...U(own), otp: await code(own), pwd: 'something else' }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'a required code is missing',
    scene: PAIR,
    send: (own) => ({ ...R(own), ...U(own), otp: undefined, pwd: PASSWORD }),
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'the only token is deactivated, so the password is enough',
    scene: { tokens: [{ state: 'deactivated' }] },
    send: (own) => ({ ...R(own), ...U(own), otp: undefined, pwd: PASSWORD }),
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/user-password-token',
    when: 'the token is locked',
    scene: { tokens: [{ state: 'locked' }] },
    send: (own) => ({ ...R(own), ...U(own), otp: '123456', pwd: PASSWORD }),
    failure: 'ACCESS_RESTRICTION',
  },

  {
    row: 'POST auth-service/authenticate/token',
    when: 'the code of a token of the resource is right',
    send: async (own) => {
      const token = await addToken(own.service.ports, own.scene.account, {});
      unwrap(
        await assign(own.service.ports, {
          account: own.scene.account,
          resource: own.scene.resource.id,
          token: token.id,
        }),
      );
      return { ...R(own), tokenId: numberOf(token.id), otp: await token.code(), ip: undefined };
    },
    response: { result: true },
  },
  {
    row: 'POST auth-service/authenticate/token',
    when: 'the token is not assigned to the resource',
    send: async (own) => {
      const token = await addToken(own.service.ports, own.scene.account, {});
      return { ...R(own), tokenId: numberOf(token.id), otp: await token.code() };
    },
    response: { result: false },
  },
  {
    row: 'POST auth-service/authenticate/token',
    when: 'no token is given',
    send: (own) => ({ ...R(own), tokenId: undefined, otp: '123456' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/token',
    when: 'the number of the token is malformed',
    send: (own) => ({ ...R(own), tokenId: '12a', otp: '123456' }),
    failure: 'INVALID_PARAMETER',
  },

  {
    row: 'POST auth-service/prepare',
    when: 'the token shows its codes by itself',
    scene: PAIR,
    send: (own) => ({ ...R(own), tokenId: undefined, ...U(own) }),
    response: { tokenName: 'phone', tokenType: 'GOOGLE_AUTHENTICATOR' },
    onlyInXml: { challenge: '' },
  },
  {
    row: 'POST auth-service/prepare',
    when: 'codes are sent by mail',
    send: async (own) => {
      await addMailbox(own);
      return { ...R(own), tokenId: undefined, ...U(own) };
    },
    response: { tokenName: 'Mail', tokenType: 'MAIL' },
    onlyInXml: { challenge: '' },
  },
  {
    row: 'POST auth-service/prepare',
    when: 'the token is assigned with its user and named alone',
    send: async (own) => {
      const { id } = await addMailbox(own);
      return { ...R(own), tokenId: numberOf(id) };
    },
    response: { tokenName: 'Mail', tokenType: 'MAIL' },
    onlyInXml: { challenge: '' },
  },
  {
    row: 'POST auth-service/prepare',
    when: 'the token is its owner’s, and not assigned to the resource',
    send: async (own) => {
      const { id } = await addMailbox(own);
      const elsewhere = await addResource(own.service.ports, own.scene.account);
      return { resourceId: numberOf(elsewhere.id), resourceName: undefined, tokenId: numberOf(id) };
    },
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST auth-service/prepare',
    when: 'the user has no token',
    send: (own) => ({ ...R(own), tokenId: undefined, ...U(own) }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST auth-service/prepare',
    when: 'the user name is unknown',
    send: (own) => ({ ...R(own), userLogin: 'nobody' }),
    failure: 'UNREGISTERED_NAME',
  },
  {
    row: 'POST auth-service/prepare',
    when: 'neither a user nor a token is given',
    send: (own) => R(own),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST auth-service/prepare',
    when: 'the token is locked',
    send: async (own) => {
      const { id } = await addMailbox(own);
      unwrap(await updateToken(own.service.ports, own.scene.account, id, { locked: true }));
      return { ...R(own), tokenId: numberOf(id), ...U(own) };
    },
    failure: 'ACCESS_RESTRICTION',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  test('accepts the code that was sent', async () => {
    const own = await dialect.another();
    await addMailbox(own);
    await own.ask('POST auth-service/prepare', { ...R(own), ...U(own) }, { format });
    const { code: sent } = own.service.ports.codes.last('alice@post.example');
    const attempt = { ...R(own), ...U(own), otp: sent };
    const first = await own.ask('POST auth-service/authenticate/user-token', attempt, { format });
    const second = await own.ask('POST auth-service/authenticate/user-token', attempt, { format });
    expect(String((first.holder.response as { result: unknown }).result)).toBe('true');
    expect(String((second.holder.response as { result: unknown }).result)).toBe('false');
  });

  test('asks a device a question and accepts its response', async () => {
    const own = await dialect.another();
    await addDevice(own);
    const { holder } = await own.ask('POST auth-service/prepare', { ...R(own), ...U(own) }, { format });
    const { challenge } = holder.response as { challenge: string };
    expect(holder.response).toEqual({
      challenge: expect.stringMatching(/^[0-9]{8}$/),
      tokenName: 'fob',
      tokenType: 'UNIFY_OATH_TOKEN',
    });
    const suite = parseSuite(SUITE);
    const otp = suite ? ocraAnswer(suite, SEED, { question: challenge }) : '';
    const attempt = { ...R(own), ...U(own), otp };
    const answered = await own.ask('POST auth-service/authenticate/user-token', attempt, { format });
    expect(answered.holder).toEqual({ status: 'OK', response: { result: format === 'xml' ? 'true' : true } });
  });
});
