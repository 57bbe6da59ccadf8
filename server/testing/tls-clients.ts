import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { type Agent, request } from 'node:https';
import type { TlsCertificate, TlsPair } from '../http/tls-server.ts';
import type { TlsFiles } from './tls-files.ts';

export interface TlsCall {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

export interface TlsAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A certificate of the authority of these files that a test changes. */
export async function changeableCertificate(files: TlsFiles) {
  const read = async (cert: string, key: string) => ({ cert: await readFile(cert), key: await readFile(key) });
  const [one, other] = [await read(files.cert, files.key), await read(files.clientCert, files.clientKey)];
  const listeners = new Set<(pair: TlsPair) => void>();
  let pair = one;
  const certificate: TlsCertificate = {
    get pair() {
      return pair;
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    certificate,
    /** To the other one of two, which names countersign.example instead of auth.example. */
    change() {
      pair = pair === one ? other : one;
      for (const listener of listeners) listener(pair);
    },
    followers: () => listeners.size,
  };
}

/** HTTP/1.1 by Node, on a connection of its own unless an agent keeps one. */
export async function askHttp1(port: number, ca: Buffer, call: TlsCall = {}, agent?: Agent): Promise<TlsAnswer> {
  const { path = '/', method = 'GET', headers = {}, body } = call;
  const outgoing = request({
    ...{ host: '127.0.0.1', port, ca, path, method, headers, agent: agent ?? false },
    checkServerIdentity: () => undefined,
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode, headers: incoming.headers, body: text };
}

export async function openHttp2(port: number, ca: Buffer): Promise<ClientHttp2Session> {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca,
    // Its own limit, beyond which it refuses responses while it uploads.
    maxSessionMemory: 100,
    checkServerIdentity: () => undefined,
  });
  await once(session, 'connect');
  return session;
}

/** HTTP/2 by Node, on a connection that is open. */
export async function askHttp2(session: ClientHttp2Session, call: TlsCall = {}): Promise<TlsAnswer> {
  const { path = '/', method = 'GET', headers = {}, body } = call;
  const stream = session.request({ ':path': path, ':method': method, ...headers });
  stream.end(body);
  const [received] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  for await (const chunk of stream) text += chunk;
  return { status: Number(received[':status']), headers: received, body: text };
}

/** What a program prints, and its exit code. */
export function runProgram(program: string, args: string[], input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 20_000 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: out + err });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
