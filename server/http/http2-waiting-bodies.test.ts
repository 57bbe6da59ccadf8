import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { holding } from '../testing/holding-app.ts';
import { END_HEADERS, FRAME, frame, frameClient, request, streams } from '../testing/http2-frames.ts';
import { TEST_CERTIFICATE } from '../testing/test-certificate.ts';
import { listen, type RunningServer } from './listen.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const tls = {
  pair: { cert: Buffer.from(TEST_CERTIFICATE.cert), key: Buffer.from(TEST_CERTIFICATE.key) },
  follow: () => () => {},
};

async function serve(fetch: Parameters<typeof listen>[0]) {
  const timeouts = { drainMs: 0, shutdownMs: 500 };
  const server = await listen(fetch, { host: '127.0.0.1', port: 0, tls, timeouts });
  running.push(server);
  return server;
}

describe('SR-56, SR-65: over HTTP/2, a client whose requests wait', () => {
  const open = (stream: number) => frame(FRAME.headers, END_HEADERS, stream, request('/', 'POST'));
  // As much as the window of a stream lets it send.
  const body = (stream: number) =>
    Buffer.concat(Array.from({ length: 4 }, () => frame(FRAME.data, 0, stream, Buffer.alloc(15_000))));

  test('and send bodies has few of those held, and is refused the others', async () => {
    const { app, state } = holding();
    const { port } = await serve(app.fetch);
    const client = await frameClient(port);
    client.send(...streams(100).map(open));
    await expect.poll(() => state.handled).toBe(8);
    client.send(...streams(100).slice(8).map(body), frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
    await expect.poll(() => client.received.some(({ type }) => type === FRAME.ping)).toBe(true);
    const refused = client.received.filter(({ type }) => type === FRAME.reset);
    // 4 of 60 kB are held, of 92.
    expect(refused).toHaveLength(88);
    expect(new Set(refused.map(({ payload }) => payload.readUInt32BE(0)))).toEqual(new Set([7]));
    state.release();
    client.socket.destroy();
  });

  test('has bodies as browsers send them handled, all of them', async () => {
    const { app, state } = holding();
    const { url } = await serve(app.fetch);
    const session = connect(url, { rejectUnauthorized: false });
    const answers = Array.from({ length: 100 }, () => post(session, 'x'.repeat(2000)));
    await expect.poll(() => state.handled).toBe(8);
    state.release();
    expect(await Promise.all(answers)).toEqual(Array(100).fill('held'));
    session.close();
  });
});

function post(session: ReturnType<typeof connect>, body: string): Promise<string> {
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.end(body);
  return text(stream);
}
