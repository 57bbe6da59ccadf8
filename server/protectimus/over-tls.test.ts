import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, type RunningServer } from '../http/listen.ts';
import { basic, type Dialect, openDialect, passwordOf } from '../testing/dialect.ts';
import { askHttp1, askHttp2, changeableCertificate, openHttp2 } from '../testing/tls-clients.ts';
import { createTlsFiles, type TlsFiles } from '../testing/tls-files.ts';

let files: TlsFiles;
let dialect: Dialect;
let encrypted: RunningServer;
let plain: RunningServer;
beforeAll(async () => {
  files = await createTlsFiles();
  dialect = await openDialect('the dialect over TLS');
  const { certificate } = await changeableCertificate(files);
  const { fetch } = dialect.service.app;
  const address = { host: '127.0.0.1', port: 0, timeouts: { drainMs: 0 } };
  encrypted = await listen(fetch, { ...address, tls: certificate });
  plain = await listen(fetch, address);
});
afterAll(async () => {
  await Promise.all([encrypted.stop(), plain.stop()]);
  await dialect.service.ports.close();
  await files.remove();
});

// The attack: an eavesdropper waits for the password of the hour, which a site sends past the proxy.
test('SR-26: a request from no proxy is refused without TLS, and answered over TLS of the service', async () => {
  const ca = await readFile(files.ca);
  const authorization = basic('ada@acme.example', passwordOf(dialect.service, dialect.key));
  const path = '/api/v1/auth-service/balance.json';
  expect((await fetch(`${plain.url}${path}`, { headers: { authorization } })).status).toBe(403);
  const session = await openHttp2(encrypted.port, ca);
  expect((await askHttp2(session, { path, headers: { authorization } })).status).toBe(200);
  session.close();
  expect((await askHttp1(encrypted.port, ca, { path, headers: { authorization } })).status).toBe(200);
});
