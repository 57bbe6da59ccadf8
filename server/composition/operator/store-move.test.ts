import { expect, test } from 'vitest';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import type { ProcessStore } from '../../kernel/process-memory.ts';
import { moveStore } from '../../operations/backup/move-store.ts';
import { createUser } from '../../testing/as-operator.ts';
import { birth, createFixture, unwrap } from '../../testing/fixtures.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { createOperatorApp } from './operator-app.ts';

// SR-69. The attack: the command is ended in the middle, and the service still finishes the move, or refuses for ever.
test('SR-69: a move ends with the command that asked for it, also as it closes the store, and the service goes on', async () => {
  const [source, target] = [await openTemporaryStore(), await openTemporaryStore()];
  const ports = await openTestPorts('ended-command', source);
  const { account } = await createFixture(ports);
  const [from, to] = [source.store, target.store] as ProcessStore<MovableStore>[];
  if (!from || !to) throw new Error('no stores');
  const tools = operatorOptions({ moveStore: () => moveStore({ from, to, ...ports }, 'there') });
  const app = createOperatorApp(ports, tools);
  const begin = async () => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ to: 'redis://there' }) };
    return (await app.request('/operator/store-move', init, { operator: true })).body?.getReader();
  };
  const ended = await begin();
  const { value } = (await ended?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toMatch(/^\{"progress":\{"step":"copied"/);
  await ended?.cancel();
  unwrap(await createUser(ports, birth(ports, 'usr'), account, { login: 'after' }));
  expect(await from.readMove()).toBeUndefined();
  const closing = await begin();
  let steps = '';
  while (!steps.includes('"closing"')) steps += Buffer.from((await closing?.read())?.value ?? []).toString();
  await closing?.cancel();
  unwrap(await createUser(ports, birth(ports, 'usr'), account, { login: 'reopened' }));
  expect(await from.readMove()).toBeUndefined();

  let text = '';
  const again = await begin();
  for (let read = await again?.read(); read && !read.done; read = await again?.read()) {
    text += Buffer.from(read.value).toString();
  }
  expect(text.trim().split('\n').at(-1)).toMatch(/^\{"progress":\{"step":"finished"/);
  expect((await from.readMove())?.to).toBe('there');
  await ports.close();
  await target.remove();
});
