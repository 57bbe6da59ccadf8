import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, type Service } from '../testing/http-service.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { issueSetupLink } from './set-up.ts';

let service: Service;
let secret: string;

beforeAll(async () => {
  service = await openService('setup routes');
  const made = await issueSetupLink({ ...service.ports, issuer: ISSUER });
  secret = made?.link.split('#')[1] ?? '';
});
afterAll(() => service.ports.close());

const RIGHT = { accountName: 'Acme', email: 'ada@acme.example', name: 'Ada', password: 'seven quiet marmots' };
const setUp = async (body: object) => {
  const answer = await service.call('POST /v1/setup', { body: { secret, ...RIGHT, ...body } });
  const { code, errors } = (await answer.json()) as { code?: string; errors?: { path: string; message: string }[] };
  return { code, errors };
};

test('names every wrong field at once, the password among them', async () => {
  const { code, errors = [] } = await setUp({ accountName: 'A'.repeat(101), email: 'ada', password: 'short' });
  expect(code).toBe('INPUT_INVALID');
  expect(errors.map(({ path }) => path).sort()).toEqual(['accountName', 'email', 'password']);
  expect(errors).toContainEqual({ path: 'password', message: 'at least 8 characters' });
});

test('does not complain about a good password, or one that is missing', async () => {
  expect((await setUp({ email: 'ada' })).errors?.map(({ path }) => path)).toEqual(['email']);
  expect((await setUp({ email: 'ada', password: 7 })).errors?.map(({ path }) => path)).toEqual(['email', 'password']);
});

test('refuses a weak password alone by its code, at its field', async () => {
  expect(await setUp({ password: 'short' })).toEqual({
    code: 'PASSWORD_TOO_SHORT',
    errors: [{ path: 'password', message: expect.any(String) }],
  });
});
