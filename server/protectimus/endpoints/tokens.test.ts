import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorDocument } from '../../administrators/documents.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { operatorContext, updateToken } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { asking, U } from '../../testing/dialect-devices.ts';
import { addToken, birth, overwrite, read, unwrap } from '../../testing/fixtures.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { createRecoveryCodes } from '../../tokens/kinds/recovery/create-recovery-codes.ts';
import { userDocument } from '../../users/documents.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of tokens');
});
afterAll(() => dialect.service.ports.close());

const phone = ({ scene }: Dialect) => scene.tokens[0]?.id ?? ('' as TokenId);
const one = (own: Dialect, rest = '') => ({ path: `token-service/tokens/${numberOf(phone(own))}${rest}` });
const PAIR = { tokens: [{}] };
const view = (own: Dialect) => ({
  id: numberOf(phone(own)),
  name: 'phone',
  type: 'GOOGLE_AUTHENTICATOR',
  serialNumber: '',
  enabled: true,
  apiSupport: true,
  userId: numberOf(own.scene.user.id),
  username: own.scene.user.login,
  creatorId: 0,
  creatorUsername: 'operator',
});
/** The superuser signs in with a token that is in every list. */
const superuserToken = async (own: Dialect) => {
  const { token } = await read(own.service.ports, administratorDocument.key(own.scene.account, own.superuser.id));
  return numberOf(token ?? '');
};

const CASES: DialectCase[] = [
  {
    row: 'GET token-service/tokens/#',
    when: 'it exists',
    scene: PAIR,
    send: (own) => one(own),
    response: (own: Dialect) => ({ token: view(own) }),
  },
  {
    row: 'GET token-service/tokens/#',
    when: 'the number is unknown',
    send: () => ({ path: 'token-service/tokens/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET token-service/tokens/#',
    when: 'the dialect does not know its type',
    send: async ({ service: { ports }, scene }) => {
      const input = { kind: 'recovery', name: 'codes', owner: scene.user.id } as const;
      const created = await createRecoveryCodes(ports, operatorContext(scene.account), birth(ports, 'tok'), input);
      return { path: `token-service/tokens/${numberOf(unwrap(created).token.id)}` };
    },
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET token-service/tokens',
    when: 'they belong to one user',
    scene: PAIR,
    send: (own) => ({ start: 0, limit: 10, username: own.scene.user.login, useBlankNames: false }),
    response: (own: Dialect) => ({ tokens: [view(own)] }),
  },
  {
    row: 'GET token-service/tokens',
    when: 'everything matches',
    scene: PAIR,
    send: (own) => ({
      tokenName: 'pho',
      tokenType: 'GOOGLE_AUTHENTICATOR',
      enabled: true,
      block: 'NONE_BLOCKED',
      clientName: 'Acme',
      resourceIds: `1, ${numberOf(own.scene.resource.id)}`,
    }),
    response: (own: Dialect) => ({ tokens: [view(own)] }),
  },
  ...(
    [
      ['the name does not fit', { tokenName: 'fob' }],
      ['the type does not fit', { tokenType: 'SMS' }],
      ['it is enabled', { enabled: false }],
      ['it is not locked', { block: 'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED' }],
      ['the user name is unknown', { username: 'nobody' }],
      ['the administrator’s name is unknown', { clientStaffUsername: 'nobody@acme.example' }],
      ['it is on no such resource', { resourceIds: '4711' }],
      ['the client is another', { clientName: 'Other' }],
      ['every token has a client', { useBlankClientName: true }],
      ['every token has an owner', { useBlankNames: true }],
      ['none has such a serial number', { serialNumber: '99' }],
    ] as const
  ).map(
    ([when, sent]): DialectCase => ({
      row: 'GET token-service/tokens',
      when,
      scene: PAIR,
      send: () => ({ ...sent }),
      response: { tokens: [] },
    }),
  ),
  {
    row: 'GET token-service/tokens',
    when: 'the type is unknown',
    send: () => ({ tokenType: 'PASSKEY' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'GET token-service/tokens/quantity',
    when: 'there is one, and the superuser’s',
    scene: PAIR,
    send: () => ({}),
    response: { quantity: 2 },
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'it gets another name and is deactivated',
    scene: PAIR,
    send: (own) => ({ ...one(own), name: 'old phone', enabled: false, apiSupport: undefined }),
    response: (own: Dialect) => ({ token: { ...view(own), name: 'old phone', enabled: false } }),
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'a library writes an absent value as NULL',
    scene: PAIR,
    send: (own) => ({ ...one(own), name: 'mine', enabled: 'NULL', apiSupport: 'NULL' }),
    response: (own: Dialect) => ({ token: { ...view(own), name: 'mine' } }),
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'it is neither true nor false',
    scene: PAIR,
    send: (own) => ({ ...one(own), enabled: 'maybe' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'it is an administrator’s sign-in token',
    send: async (own) => ({ path: `token-service/tokens/${await superuserToken(own)}`, name: 'mine' }),
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'DELETE token-service/tokens/#',
    when: 'it exists: the response shows its last state',
    scene: PAIR,
    send: (own) => one(own),
    response: (own: Dialect) => ({ token: view(own) }),
  },
  {
    row: 'DELETE token-service/tokens/#',
    when: 'it is an administrator’s sign-in token',
    send: async (own) => ({ path: `token-service/tokens/${await superuserToken(own)}` }),
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'POST token-service/tokens/#/unassign',
    when: 'it has an owner',
    scene: PAIR,
    send: (own) => one(own, '/unassign'),
    response: (own: Dialect) => {
      const { userId: _id, username: _name, ...rest } = view(own);
      return { token: rest };
    },
  },
  {
    row: 'POST token-service/tokens/#/unassign',
    when: 'the number is unknown',
    send: () => ({ path: 'token-service/tokens/4711/unassign' }),
    failure: 'MISSING_DB_ENTITY',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  const ask = asking(format);

  test('enabling it unlocks it after wrong codes, but not after an administrator’s lock', async () => {
    const own = await dialect.another(PAIR);
    const { ports } = own.service;
    const key = tokenDocument.key(phone(own));
    await overwrite(ports, key, { failures: 6, lock: { reason: 'otp-failures', at: 1 } });
    await ask(own, `PUT ${one(own).path}`, { name: 'renamed' });
    expect(await read(ports, key)).toHaveProperty('lock');
    await ask(own, `PUT ${one(own).path}`, { enabled: true });
    expect(await read(ports, key)).toMatchObject({ failures: 0 });
    expect(await read(ports, key)).not.toHaveProperty('lock');
    unwrap(await updateToken(ports, own.scene.account, phone(own), { locked: true }));
    await ask(own, `PUT ${one(own).path}`, { enabled: true });
    expect(await read(ports, key)).toMatchObject({ lock: { reason: 'administrator' } });
  });

  test('without API support its codes are refused, and it cannot be skipped', async () => {
    const own = await dialect.another(PAIR);
    const { token } = (await ask(own, `PUT ${one(own).path}`, { apiSupport: false })) as unknown as {
      token: { apiSupport: unknown };
    };
    expect(String(token.apiSupport)).toBe('false');
    const sent = { resourceId: numberOf(own.scene.resource.id), ...U(own) };
    const code = (await own.scene.tokens[0]?.code()) ?? '';
    const byCode = await ask(own, 'POST auth-service/authenticate/user-token', { ...sent, otp: code });
    expect(String(byCode.result)).toBe('false');
    const row = 'POST auth-service/authenticate/user-password-token';
    const both = await own.ask(row, { ...sent, otp: code, pwd: 'correct horse battery' }, { format });
    expect(Number(both.holder.error?.code)).toBe(7001);
  });

  // SR-69: a password alone must not enrol a token for a user whose token a client has deleted or unassigned.
  test.each(['DELETE', 'unassign'])('%s marks the user as having had a token', async (act) => {
    const own = await dialect.another(PAIR);
    const { ports } = own.service;
    const path = `token-service/tokens/${numberOf(phone(own))}`;
    await ask(own, act === 'DELETE' ? `DELETE ${path}` : `POST ${path}/unassign`, {});
    expect(await read(ports, userDocument.key(own.scene.user.id))).toMatchObject({ hadToken: true });
  });

  test('sorts lists newest first with any filter, and omits token types unknown to the dialect', async () => {
    const own = await dialect.another();
    const { ports } = own.service;
    const ids: number[] = [];
    for (let created = 0; created < 5; created++) {
      ports.clock.advance(1);
      ids.unshift(numberOf((await addToken(ports, own.scene.account, { owner: own.scene.user.id })).id));
    }
    unwrap(
      await createRecoveryCodes(ports, operatorContext(own.scene.account), birth(ports, 'tok'), {
        kind: 'recovery',
        name: 'phone codes',
        owner: own.scene.user.id,
      }),
    );
    const listed = async (row: string, sent: object) => {
      const { tokens } = (await ask(own, row, sent)) as unknown as { tokens: { id: unknown }[] };
      return tokens.map(({ id }) => Number(id));
    };
    for (const sent of [
      { username: 'alice' },
      { tokenName: 'phone' },
      { tokenType: 'GOOGLE_AUTHENTICATOR', enabled: true },
    ]) {
      const parts = [0, 2, 4].map((start) => listed('GET token-service/tokens', { ...sent, start, limit: 2 }));
      const all = (await Promise.all(parts)).flat().filter((id) => ids.includes(id));
      expect(all).toEqual(ids);
    }
  });
});
