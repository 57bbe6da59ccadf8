import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { APP, addDevice, answerTo, asking, DATA, signed, software, U } from '../../testing/dialect-devices.ts';
import { wrongCode } from '../../testing/fixtures.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of signatures');
});
afterAll(() => dialect.service.ports.close());

const phone = ({ scene }: Dialect) => scene.tokens[0]?.id ?? '';
const PAIR = { tokens: [{}] };

const CASES: DialectCase[] = [
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the hash was made with another key',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, DATA, 'another key') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the hash is of other data',
    send: async (own) => ({
      tokenId: numberOf(await addDevice(own)),
      ...signed(own),
      transactionData: DATA.replace('1250', '9250'),
    }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'a field is empty',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, 'amount=|to=me') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the token cannot sign',
    scene: PAIR,
    send: (own) => ({ tokenId: numberOf(phone(own)), ...signed(own) }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the token is unknown',
    send: (own) => ({ tokenId: 4711, ...signed(own) }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'no question was asked',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own), otp: '123456' }),
    response: { result: false },
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'no response is sent',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own), otp: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'the hash was made with another key',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, DATA, 'x'), otp: '123456' }),
    failure: 'INVALID_PARAMETER',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  const ask = asking(format);

  test("SR-45: a response signs only the question's transaction, and only once", async () => {
    const own = await dialect.another();
    const tokenId = numberOf(await addDevice(own));
    const request = await ask(own, 'POST token-service/tokens/sign-transaction', { tokenId, ...signed(own) });
    expect(request).toMatchObject({ transactionData: DATA, tokenName: 'fob', tokenType: 'UNIFY_OATH_TOKEN' });
    expect(String(request.id)).toBe(String(tokenId));
    const otp = answerTo(String(request.challenge));
    const row = 'POST token-service/tokens/verify-signed-transaction';
    const other = signed(own, DATA.replace('1250', '9250'));
    expect(String((await ask(own, row, { tokenId, ...other, otp })).result)).toBe('false');
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp: await wrongCode(own.scene) })).result)).toBe(
      'false',
    );
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp })).result)).toBe('true');
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp })).result)).toBe('false');
    const signIn = { resourceId: numberOf(own.scene.resource.id), ...U(own), otp };
    expect(String((await ask(own, 'POST auth-service/authenticate/user-token', signIn)).result)).toBe('false');
  });

  test('sends a message with the transaction, and its code signs exactly that', async () => {
    const own = await dialect.another();
    const { id } = await ask(own, software, { ...APP(own), ...U(own), type: 'MAIL', serial: 'alice@post.example' });
    const on = { resourceId: numberOf(own.scene.resource.id), tokenId: id };
    await ask(own, 'POST resource-service/assign/token-with-user', on);
    const requested = await ask(own, 'POST token-service/tokens/sign-transaction', { tokenId: id, ...signed(own) });
    expect(requested.challenge).toBe(format === 'xml' ? '' : undefined);
    const { code, confirms } = own.service.ports.codes.last('alice@post.example');
    expect(confirms).toEqual([
      { label: 'amount', value: '1250.00 EUR' },
      { label: 'to', value: 'Alice & Söhne' },
    ]);
    const row = 'POST token-service/tokens/verify-signed-transaction';
    expect(String((await ask(own, row, { tokenId: id, ...signed(own), otp: code })).result)).toBe('true');
  });
});
