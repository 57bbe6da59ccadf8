import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { connectedFrom } from './http-app.ts';
import type { Service } from './http-service.ts';

/** A test's service on a port of this machine, as if a proxy in front had terminated TLS. */
export async function listen({ app }: Pick<Service, 'app'>, proxy: string): Promise<{ url: string; close(): void }> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request, connectedFrom(proxy)) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
