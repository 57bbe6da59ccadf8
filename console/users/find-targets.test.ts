import { expect, test } from 'vitest';
import type { Client } from '../service/client.ts';
import { findTargets } from './find-targets.ts';

const watch = { onFound: () => undefined, isStopped: () => false };

/** Answers by path; a path that is not listed is lost. */
function clientOf(pages: Record<string, { items: object[]; next: string | null }>) {
  const asked: string[] = [];
  const get = (async (path: string) => {
    asked.push(path);
    return path in pages ? { kind: 'done', body: pages[path] } : { kind: 'lost' };
  }) as Client['get'];
  return { asked, get };
}

test('reads every page, also after an empty one', async () => {
  const list = 'users?blocked=false&hasPassword=false&resource=res_1&limit=200';
  const client = clientOf({
    [list]: { items: [{ id: 'usr_1', login: 'ada', email: 'ada@shop.example' }], next: 'a+b' },
    [`${list}&after=a%2Bb`]: { items: [], next: 'c' },
    [`${list}&after=c`]: { items: [{ id: 'usr_2', login: 'bob' }], next: null },
  });
  expect(await findTargets(client, 'without-password', 'res_1', watch)).toEqual({
    targets: [
      { id: 'usr_1', login: 'ada' },
      { id: 'usr_2', login: 'bob' },
    ],
  });
});

test('finds the owners of lost tokens, each once', async () => {
  const client = clientOf({
    'tokens?state=secret-lost&limit=200': { items: [{ owner: 'usr_2' }, {}, { owner: 'usr_2' }], next: null },
    'users?blocked=false&limit=200': {
      items: [
        { id: 'usr_1', login: 'ada' },
        { id: 'usr_2', login: 'bob' },
      ],
      next: null,
    },
  });
  expect(await findTargets(client, 'secret-lost', undefined, watch)).toEqual({
    targets: [{ id: 'usr_2', login: 'bob' }],
  });
});

test('a lost connection and a stop find none, rather than some', async () => {
  expect(await findTargets(clientOf({}), 'without-token', undefined, watch)).toEqual({ answer: { kind: 'lost' } });
  const stopped = { ...watch, isStopped: () => true };
  expect(await findTargets(clientOf({}), 'without-token', undefined, stopped)).toEqual({ answer: undefined });
});
