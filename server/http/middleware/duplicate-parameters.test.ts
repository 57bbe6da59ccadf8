import { describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { refuseDuplicateParameters } from './duplicate-parameters.ts';

async function ask(path: string) {
  const { app } = appWith(refuseDuplicateParameters());
  app.get('/', (c) => c.json(c.req.query()));
  const answer = await app.request(path);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

// SR-57
describe('query parameters', () => {
  test.each([
    '/?limit=1&limit=2',
    '/?limit=1&limit=1',
    '/?limit=1&x=0&lim%69t=2',
    '/?limit&limit',
    '/?a+b=1&a%20b=2',
    '/?limit=1&&limit=2',
  ])('refuses a duplicate name: %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, body: { code: 'DUPLICATE_NAME' } });
  });

  test.each(['/?__proto__=1', '/?constructor=1', '/?%5f_proto__=1', '/?prototype'])(
    'refuses a prototype name: %s',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 422, body: { code: 'INPUT_INVALID' } });
    },
  );

  test('accepts distinct names', async () => {
    expect(await ask('/?a=1&b=1&A=1')).toEqual({ status: 200, body: { a: '1', b: '1', A: '1' } });
  });

  test('takes time linear in the length of the query', async () => {
    const query = Array.from({ length: 50_000 }, (_, i) => `p${i}=1`).join('&');
    expect((await ask(`/?${query}`)).status).toBe(200);
  });
});
