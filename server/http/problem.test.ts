import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, test } from 'vitest';
import { DependencyFailed } from '../kernel/dependency.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { Contention } from '../store/transact.ts';
import { appWith } from '../testing/http-app.ts';
import { RequestRefusal, refuse } from './problem.ts';

describe('problem answers', () => {
  test.each(Object.keys(REFUSALS) as RefusalCode[])('%s has the status of the table', async (code) => {
    const { app } = appWith();
    app.get('/', (c) => refuse(c, code));
    const answer = await app.request('/');
    expect(answer.status).toBe(REFUSALS[code].status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({
      type: `urn:countersign:refusal:${code}`,
      title: REFUSALS[code].title,
      status: REFUSALS[code].status,
      code,
      requestId: answer.headers.get('x-request-id'),
    });
  });

  test('a retry time is in whole seconds, never zero, and exact in the body', async () => {
    const { app } = appWith();
    app.get('/:ms', (c) => refuse(c, 'TOO_MANY_ATTEMPTS', { retryAfterMs: Number(c.req.param('ms')) }));
    for (const [ms, seconds] of [
      ['1', '1'],
      ['1000', '1'],
      ['1001', '2'],
      ['60000', '60'],
    ] as const) {
      const answer = await app.request(`/${ms}`);
      expect(answer.headers.get('retry-after')).toBe(seconds);
      expect(await answer.json()).toMatchObject({ retryAfterMs: Number(ms) });
    }
  });

  test('pass on details, input errors and further headers', async () => {
    const { app } = appWith();
    const errors = [{ path: '/otp', message: 'must be a string' }];
    app.get('/', (c) => refuse(c, 'INPUT_INVALID', { detail: 'Look.', errors, headers: { allow: 'POST' } }));
    const answer = await app.request('/');
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await answer.json()).toMatchObject({ detail: 'Look.', errors });
  });

  test('have a challenge with 401', async () => {
    const { app } = appWith();
    app.get('/', (c) => refuse(c, 'API_KEY_MISSING'));
    expect((await app.request('/')).headers.get('www-authenticate')).toBe('Bearer realm="countersign"');
  });
});

// SR-3, SR-59
describe('an exception refuses and tells the client nothing', () => {
  const secret = 'canary: SELECT * FROM /srv/countersign';

  test.each([
    ['a bug', new TypeError(secret), 500, 'INTERNAL'],
    ['an error of no known kind', Object.assign(new Error(secret), { status: 200, code: 'OK' }), 500, 'INTERNAL'],
    ['the store', new StoreUnavailable(secret), 503, 'UNAVAILABLE'],
    ['a dependency of a decision', new DependencyFailed('decryption', {}), 503, 'UNAVAILABLE'],
    ['a message that was not accepted', new MailerUnavailable(secret), 503, 'UNAVAILABLE'],
    [
      'an address that the mail server refuses',
      new MailerUnavailable(secret, { failure: 'recipient' }),
      422,
      'INPUT_INVALID',
    ],
    [
      'the same of a link to a user',
      new DependencyFailed('mail', { cause: new MailerUnavailable(secret, { failure: 'recipient' }) }),
      422,
      'INPUT_INVALID',
    ],
    ['a full queue', new Overloaded(2500), 503, 'OVERLOADED'],
    ['others who keep winning', new Contention(secret), 503, 'CONTENTION'],
    ['a fault of the framework', new HTTPException(500, { message: secret }), 500, 'INTERNAL'],
    ['an exception with an answer of its own', new HTTPException(500, { res: new Response(secret) }), 500, 'INTERNAL'],
    ['a request the framework cannot read', new HTTPException(400, { message: secret }), 400, 'JSON_INVALID'],
    ['a refusal while reading', new RequestRefusal('BODY_TOO_LARGE'), 413, 'BODY_TOO_LARGE'],
  ] as const)('%s', async (_, error, status, code) => {
    const { app } = appWith();
    app.get('/', () => {
      throw error;
    });
    const answer = await app.request('/');
    const body = await answer.text();
    expect(answer.status).toBe(status);
    expect(JSON.parse(body)).toMatchObject({ code, title: REFUSALS[code].title });
    expect(body).not.toContain('canary');
  });

  test('the log has the details that the client does not get', async () => {
    const { app, captured } = appWith();
    app.get('/', () => {
      throw new TypeError(secret, { cause: new StoreUnavailable('lost the connection') });
    });
    const answer = await app.request('/');
    expect(captured.lines()).toMatchObject([
      {
        level: 'error',
        requestId: answer.headers.get('x-request-id'),
        err: { type: 'TypeError', message: secret, cause: { type: 'StoreUnavailable' } },
      },
    ]);
  });

  test('a full queue sends a retry time', async () => {
    const { app } = appWith();
    app.get('/', () => {
      throw new Overloaded(2500);
    });
    expect((await app.request('/')).headers.get('retry-after')).toBe('3');
  });

  test('an unknown address is a problem document as well', async () => {
    const { app } = appWith();
    const answer = await app.request('/nowhere');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});
