import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe } from 'vitest';
import { makePlace, serve, setUp } from '../../docs/testing/built-service.ts';
import { type ReceivedCode, startCodeReceiver } from '../../e2e/harness/code-receiver.ts';
import { samplePng } from '../../server/testing/images.ts';
import { reportPhpTests, runPhpTests } from './testing/run-php.ts';

const run = await runWithService();

describe('the library for PHP, with a service that runs', () => reportPhpTests(run));

async function runWithService() {
  const place = await makePlace();
  const courier = await startCodeReceiver();
  const receiver = await startReceiver(courier.received);
  Object.assign(place.env, courier.settings, { COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true' });
  const key = setUp(place);
  const service = await serve(place);
  try {
    return await runPhpTests([join(import.meta.dirname, 'tests/service/service.test.php')], {
      SERVICE_URL: service.url,
      SERVICE_KEY: key,
      RECEIVER_URL: receiver.url,
      LOGO: samplePng().toString('base64'),
    });
  } finally {
    await Promise.all([service.stop(), courier.close(), receiver.stop()]);
    await place.remove();
  }
}

/** Answers with what was sent to `/events` and with the codes that were sent out. */
async function startReceiver(codes: readonly ReceivedCode[]) {
  const events: { headers: unknown; body: string }[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(request.url === '/codes' ? codes : events));
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    events.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
