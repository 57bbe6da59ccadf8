import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorDocument } from '../../server/administrators/documents.ts';
import { updateToken, updateUser } from '../../server/testing/as-operator.ts';
import { openDemoPorts } from '../../server/testing/demo-ports.ts';
import { overwrite } from '../../server/testing/fixtures.ts';
import type { TestPorts } from '../../server/testing/test-ports.ts';
import { tokenDocument } from '../../server/tokens/documents.ts';
import { createDemo } from './create-demo.ts';
import type { Demo } from './demo.ts';
import { createDemoStateReader } from './read-demo-state.ts';

const RIGHT = { password: 'right', code: 'right' };

describe('the state of a demo', () => {
  let ports: TestPorts;
  let demo: Demo;
  let read: ReturnType<typeof createDemoStateReader>;
  beforeAll(async () => {
    ports = await openDemoPorts('demo-state');
    demo = await createDemo(ports, 800);
    read = createDemoStateReader(ports, demo);
  });
  afterAll(() => ports.close());

  test('is right at first, and costs no hash while nothing changes', async () => {
    const state = await read();
    expect(state).toEqual({
      user: { login: 'maria', ...RIGHT },
      administrator: { login: 'robin@example.com', ...RIGHT },
    });
    const { verified } = ports.hasher;
    expect(await read()).toEqual(state);
    expect(ports.hasher.verified).toBe(verified);
  });

  test('follows a new password, and the old one set again', async () => {
    const { account, user } = demo;
    await updateUser(ports, account, user.id, { password: 'something else entirely' });
    expect((await read()).user).toEqual({ login: 'maria', password: 'changed', code: 'right' });
    await updateUser(ports, account, user.id, { password: user.password, login: 'maria.c' });
    expect((await read()).user).toEqual({ login: 'maria.c', ...RIGHT });
  });

  test('follows the token: locked, deactivated, given away', async () => {
    const { account, token } = demo;
    await overwrite(ports, tokenDocument.key(token.id), { lock: { reason: 'otp-failures', at: ports.clock.now() } });
    expect((await read()).user.code).toBe('locked');
    await updateToken(ports, account, token.id, { locked: false, enabled: false });
    expect((await read()).user.code).toBe('deactivated');
    await updateToken(ports, account, token.id, { enabled: true, owner: null });
    expect((await read()).user.code).toBe('changed');
  });

  test('a blocked user has no login', async () => {
    await updateUser(ports, demo.account, demo.user.id, { blocked: true });
    expect((await read()).user).toEqual({ password: 'changed', code: 'changed' });
  });

  test('follows the administrator', async () => {
    const { account, administrator } = demo;
    if (!administrator) throw new Error('the demo has no administrator');
    await overwrite(ports, administratorDocument.key(account, administrator.id), { email: 'r@example.com' });
    expect((await read()).administrator).toEqual({ login: 'r@example.com', ...RIGHT });
    await overwrite(ports, administratorDocument.key(account, administrator.id), {
      passwordHash: await ports.hasher.hash('something else entirely'),
      token: demo.token.id,
    });
    expect((await read()).administrator).toEqual({ login: 'r@example.com', password: 'changed', code: 'changed' });
  });
});
