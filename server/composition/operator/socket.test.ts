import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFixture } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { serverOf } from '../../testing/server-of.ts';
import { ACCOUNT_HEADER } from '../authorize.ts';
import { createOperatorApp } from './operator-app.ts';
import { listenOnSocket, MAX_SOCKET_PATH_LENGTH, type OperatorSocket } from './socket.ts';

let service: Service;
let folder: string;
const open: OperatorSocket[] = [];
beforeEach(async () => {
  service = await openService('operator-socket');
  folder = await mkdtemp(join(tmpdir(), 'cs-'));
});
afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
  await rm(folder, { recursive: true });
});

function serve(path = join(folder, 'operator.sock')) {
  const app = createOperatorApp(service.ports, operatorOptions());
  return listenOnSocket(app, path).then((socket) => {
    if (socket) open.push(socket);
    return socket;
  });
}

function ask(socketPath: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request({ socketPath, path, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the operator’s socket', () => {
  test('SR-27: an account named over the network gives no operator rights', async () => {
    const { account } = await createFixture(service.ports);
    const headers = { [ACCOUNT_HEADER]: account };
    const response = await service.call('GET /v1/users', { headers });
    expect(await refusalOf(response)).toEqual({ status: 401, code: 'API_KEY_MISSING' });
    for (const path of ['/operator/accounts', '/operator/leftovers']) {
      expect((await service.call(`GET ${path}`, { headers })).status).toBe(404);
    }
  });

  test('is accessible only to its owner', async () => {
    const socket = await serve();
    expect((await stat(socket?.path ?? '')).mode & 0o777).toBe(0o600);
  });

  test('acts only in the named account', async () => {
    const [one, two] = [await createFixture(service.ports), await createFixture(service.ports)];
    const { path } = (await serve()) ?? { path: '' };
    const answer = await ask(path, '/v1/users', { [ACCOUNT_HEADER]: one.account });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(one.user.id);
    expect(answer.body).not.toContain(two.user.id);
    const notFound = { status: 404, body: expect.stringContaining('ACCOUNT_NOT_FOUND') };
    expect(await ask(path, '/v1/users')).toMatchObject(notFound);
    expect(await ask(path, '/v1/users', { [ACCOUNT_HEADER]: 'acc_00000000000' })).toMatchObject(notFound);
    expect(await ask(path, '/v1/users', { [ACCOUNT_HEADER]: one.user.id })).toMatchObject(notFound);
  });

  test('takes over the socket of a killed process, and leaves a served one alone', async () => {
    const path = join(folder, 'operator.sock');
    await writeFile(path, '');
    const first = await serve(path);
    expect(first?.path).toBe(path);
    expect(await serve(path)).toBeUndefined();
    expect((await ask(path, '/operator/accounts')).status).toBe(200);
  });

  // SR-56: the process has no file left for the next connection of the command line.
  test('reports a connection that cannot be accepted, and serves the next one', async () => {
    const path = join(folder, 'operator.sock');
    const onFault = vi.fn();
    const app = createOperatorApp(service.ports, operatorOptions());
    const socket = await listenOnSocket(app, path, onFault);
    if (socket) open.push(socket);
    const server = await serverOf(() => ask(path, '/operator/accounts'));
    const fault = new Error('planted');
    for (let time = 0; time < 2; time++) expect(() => server?.emit('error', fault)).not.toThrow();
    expect(onFault.mock.calls).toEqual([[fault], [fault]]);
    expect((await ask(path, '/operator/accounts')).status).toBe(200);
  });

  test('reports a path that is too long before it tries', async () => {
    await expect(serve(join(folder, 'x'.repeat(MAX_SOCKET_PATH_LENGTH)))).rejects.toThrow('too long');
  });
});
