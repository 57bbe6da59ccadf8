import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpService } from './http.ts';
import { ServiceRefusal } from './service.ts';

let server: Server;
afterEach(() => server.close());

test('a refusal without errors of fields has none, also if a proxy writes null in their place', async () => {
  server = createServer((_request, response) => {
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code: 'INPUT_INVALID', title: 'Wrong input.', detail: null, errors: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const service = httpService({ at: { url: new URL(`http://127.0.0.1:${port}`) }, headers: {} });
  const refused: unknown = await service.send('GET', '/v1/account').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ServiceRefusal);
  expect(refused).toMatchObject({ problem: { code: 'INPUT_INVALID', title: 'Wrong input.' } });
  expect(refused).not.toHaveProperty('problem.errors');
});
