import { readFile } from 'node:fs/promises';
import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixture, NONCE, ORIGIN, PASSWORD } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { askHttp1, askHttp2, changeableCertificate, openHttp2, type TlsCall } from '../testing/tls-clients.ts';
import { createTlsFiles, type TlsFiles } from '../testing/tls-files.ts';
import { listen, type RunningServer } from './listen.ts';

let files: TlsFiles;
let service: Service;
let server: RunningServer;
beforeAll(async () => {
  files = await createTlsFiles();
  service = await openService('sign-ins over TLS');
  const { certificate } = await changeableCertificate(files);
  const timeouts = { drainMs: 0, shutdownMs: 2000 };
  server = await listen(service.app.fetch, { host: '127.0.0.1', port: 0, tls: certificate, timeouts });
});
afterAll(async () => {
  await server.stop();
  await service.ports.close();
  await files.remove();
});

test.each(['HTTP/1.1', 'HTTP/2'])(
  'a sign-in over TLS and %s goes from the login to a consumed result',
  async (version) => {
    const ca = await readFile(files.ca);
    const session = version === 'HTTP/2' ? await openHttp2(server.port, ca) : undefined;
    const scene = await createFixture(service.ports, { tokens: [{}] });
    const send = async (path: string, body: object, further: Record<string, string> = {}) => {
      const headers = {
        'content-type': 'application/json',
        origin: ISSUER,
        'sec-fetch-site': 'same-origin',
        ...further,
      };
      const call: TlsCall = { path, method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await (session ? askHttp2(session, call) : askHttp1(server.port, ca, call));
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
      return { status: answer.status, body: JSON.parse(answer.body) as FlowView & Partial<StartedFlow> };
    };
    const begun = await send('/widget/v1/flows', { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN });
    expect(begun.status).toBe(201);
    const flow = { [FLOW_HEADER]: begun.body.handle ?? '' };
    await send('/widget/v1/flow/identify', { seq: 0, login: 'alice' }, flow);
    await send('/widget/v1/flow/password', { seq: 1, password: PASSWORD }, flow);
    const otp = (await scene.tokens[0]?.code()) ?? '';
    const done = await send('/widget/v1/flow/otp', { seq: 2, otp }, flow);
    expect(done.body.step).toBe('done');
    const key = await service.keyFor(scene.account);
    const answer = await send(
      '/v1/results/consume',
      { result: done.body.result, nonce: NONCE, resource: scene.resource.id, origin: ORIGIN },
      { authorization: `Bearer ${key}` },
    );
    expect(answer.status).toBe(200);
    session?.close();
  },
);
