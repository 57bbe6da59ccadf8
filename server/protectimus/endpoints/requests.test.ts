import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, type Dialect, openDialect, PROXY, passwordOf } from '../../testing/dialect.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('requests of the dialect');
});
afterAll(() => dialect.service.ports.close());

const BALANCE = 'GET auth-service/balance';

describe('addresses', () => {
  test.each([
    ['GET no-service/nothing'],
    ['GET resource-service'],
    ['GET resource-service/resources/-1'],
    ['GET resource-service/resources/1/2'],
    ['POST auth-service/balance'],
    ['DELETE resource-service/resources'],
  ])('%s is unknown: 6002', async (route) => {
    const own = await dialect.another();
    const { status, holder } = await own.ask(route);
    expect(status).toBe(200);
    expect(holder).toMatchObject({ status: 'FAILURE', error: { code: 6002 } });
  });

  test('chooses the format by the Accept header without a suffix', async () => {
    const own = await dialect.another();
    const type = async (accept: string) =>
      (await own.ask(BALANCE, {}, { format: 'none', headers: { accept } })).response.headers.get('content-type');
    expect(await type('application/xml')).toBe('application/xml; charset=utf-8');
    expect(await type('*/*')).toBe('application/json; charset=utf-8');
    expect(await type('application/json, application/xml')).toBe('application/json; charset=utf-8');
  });
});

describe('SR-56, SR-57: bodies and parameters', () => {
  const send = async (own: Dialect, text: string, type = 'application/x-www-form-urlencoded') => {
    const response = await own.service.call('POST /api/v1/resource-service/resources.json', {
      headers: {
        authorization: basic(own.superuser.email, passwordOf(own.service, own.key)),
        'content-type': type,
      },
      text,
      from: PROXY,
    });
    const { responseHolder } = (await response.json()) as { responseHolder: { error?: { code: number } } };
    return { status: response.status, code: responseHolder.error?.code };
  };

  test.each([
    ['a name twice', 'resourceName=a&resourceName=b', 6001],
    ['a name that reaches into prototypes', '__proto__=a', 6001],
    ['a name that the row does not have', 'resourceName=a&role=superuser', 6001],
    ['more names than any row has', Array.from({ length: 200 }, (_, at) => `a${at}=1`).join('&'), 6001],
    ['an empty body', '', 5001],
  ])('%s', async (_, text, code) => {
    expect(await send(await dialect.another(), text)).toEqual({ status: 200, code });
  });

  test('refuses a body of another kind, or a body that is too large', async () => {
    const own = await dialect.another();
    expect(await send(own, '{"resourceName":"a"}', 'application/json')).toEqual({ status: 200, code: 6001 });
    expect((await send(own, `resourceName=${'x'.repeat(70_000)}`)).code).toBe(2001);
  });

  test('refuses parameters of a write in its address', async () => {
    const own = await dialect.another();
    const { holder } = await own.ask('POST resource-service/resources', { resourceName: 'a' }, { format: 'none' });
    expect(holder.status).toBe('OK');
    const response = await own.service.call('POST /api/v1/resource-service/resources.json?resourceName=a', {
      headers: { authorization: basic(own.superuser.email, passwordOf(own.service, own.key)) },
      from: PROXY,
    });
    expect(await response.json()).toMatchObject({ responseHolder: { error: { code: 6001 } } });
  });
});
