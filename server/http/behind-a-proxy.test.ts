import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appWith } from '../testing/http-app.ts';
import { rawClient } from '../testing/raw-client.ts';
import { type ProxyProgram, type RealProxy, startProxy } from '../testing/real-proxies.ts';
import { listen, type RunningServer } from './listen.ts';
import { clientAddress } from './middleware/client-address.ts';

/** The client's real address, and its claimed one, which a filter would accept. */
const CLIENT = '127.0.0.2';
const SPOOFED = '198.51.100.7';
const START = 'GET /who HTTP/1.1\r\nHost: auth.example\r\nConnection: close\r\n';

// SR-24, SR-64
describe.each<ProxyProgram>(['haproxy', 'nginx'])(
  'behind a real %s that appends the address of its client',
  (program) => {
    let service: RunningServer;
    let proxy: RealProxy;
    beforeAll(async () => {
      const { app } = appWith(clientAddress({ trustedProxies: ['127.0.0.1'], header: 'x-forwarded-for' }));
      app.get('/health', (c) => c.text('up'));
      app.get('/who', (c) => c.json({ address: c.get('clientAddress') ?? null }));
      service = await listen(app.fetch, { host: '127.0.0.1', port: 0, timeouts: { drainMs: 0 } });
      proxy = await startProxy(program, service.port);
    });
    afterAll(async () => {
      await proxy.stop();
      await service.stop();
    });

    /** The client's address as the service sees it; the status if the proxy or the service refuses. */
    async function seenWith(headers: string): Promise<string> {
      const client = await rawClient(proxy.port, CLIENT);
      client.send(`${START}${headers}\r\n`);
      const answer = await client.closed();
      return /"address":"([^"]*)"/.exec(answer)?.[1] ?? answer.slice(9, 12);
    }

    test("the client's headers never change its address, however many it sends", async () => {
      const seen: string[] = [];
      for (let count = 0; count <= 130; count++) {
        const junk = Array.from({ length: count }, (_, at) => `X-Junk-${at}: x\r\n`).join('');
        seen.push(await seenWith(`X-Forwarded-For: ${SPOOFED}\r\n${junk}`));
      }
      // From some number on HAProxy itself refuses.
      expect(new Set(seen.slice(0, 98))).toEqual(new Set([CLIENT]));
      expect([CLIENT, '400']).toEqual(expect.arrayContaining(seen.slice(98)));
    });

    test('nor do several header lines, or one of several hops', async () => {
      const line = `X-Forwarded-For: ${SPOOFED}\r\n`;
      expect(await seenWith(line.repeat(2))).toBe(CLIENT);
      expect(await seenWith(`x-forwarded-for: 127.0.0.1\r\n${line}`)).toBe(CLIENT);
      expect(await seenWith(`X-Forwarded-For: ${SPOOFED}, 127.0.0.1\r\n`)).toBe(CLIENT);
      expect(await seenWith('X-Forwarded-For:\r\n')).toBe(CLIENT);
    });
  },
);
