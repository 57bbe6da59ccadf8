import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePortFrom } from './free-port.ts';

test('skips a port that is in use, and one that is reserved', async () => {
  const taken = await hold('127.0.0.1', 0);
  const next = await freePortFrom(taken);
  expect(next).toBeGreaterThan(taken);
  expect(await freePortFrom(taken, [next])).toBeGreaterThan(next);
});

test('skips a port that is in use on every address', async () => {
  const taken = await hold('0.0.0.0', 0);
  expect(await freePortFrom(taken)).toBeGreaterThan(taken);
});

async function hold(host: string, port: number): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
