import { readFile, writeFile } from 'node:fs/promises';
import { type Agent, request } from 'node:https';
import { join, resolve } from 'node:path';
import { freePorts } from '../../server/testing/free-ports.ts';
import { type ProxyProgram, type RealProxy, runProxy } from '../../server/testing/real-proxies.ts';
import type { TlsFiles } from '../../server/testing/tls-files.ts';

const FOLDER = resolve(import.meta.dirname, '../../deploy/proxy');
const FILES = { haproxy: 'haproxy.cfg', nginx: 'nginx.conf' } satisfies Record<ProxyProgram, string>;

/** The name that the examples and the test certificate are for. */
export const PROXY_HOST = 'auth.example';
/** The addresses of administrators in the examples. */
export const INSIDE = '10.0.0.0/8';

interface Ports {
  readonly port: number;
  readonly adminPort: number;
}

export interface ExampleProxy extends RealProxy {
  /** What the file tells an operator of nginx to do before and after a restart. HAProxy finds out by itself. */
  setDown(process: Ports, isDown: boolean): Promise<void>;
}

interface Surroundings {
  readonly processes: readonly Ports[];
  /** Instead of {@link INSIDE}. */
  readonly inside: string;
  readonly files: TlsFiles;
}

/** Starts a proxy with the file that operators copy, with this machine's ports and certificate. */
export async function startExampleProxy(
  program: ProxyProgram,
  { processes, inside, files }: Surroundings,
): Promise<ExampleProxy> {
  const [port = 0] = await freePorts(1);
  let text = await readFile(join(FOLDER, FILES[program]), 'utf8');
  const replace = (from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`${FILES[program]} does not contain ${from}`);
    text = text.replaceAll(from, to);
  };
  for (const [at, process] of processes.entries()) {
    replace(`127.0.0.1:${8081 + at}`, `127.0.0.1:${process.port}`);
    replace(`127.0.0.1:${9081 + at}`, `127.0.0.1:${process.adminPort}`);
  }
  replace(INSIDE, inside);
  if (program === 'haproxy') {
    replace('bind :443', `bind 127.0.0.1:${port}`);
    replace('/etc/haproxy/auth.example.pem', await certificateWithKey(files));
  } else {
    replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
    replace('/etc/nginx/auth.example.pem', files.cert);
    replace('/etc/nginx/auth.example.key', files.key);
  }
  const ca = await readFile(files.ca);
  const configure = (own: string) => (program === 'haproxy' ? text : nginxMain(own, text));
  const isUp = async () =>
    (await askProxy({ port, ca, key: '' }, 'GET', '/health/ready').catch(() => undefined))?.status === 200;
  const proxy = await runProxy(program, configure, port, isUp);
  return {
    ...proxy,
    async setDown(process, isDown) {
      if (program === 'haproxy') return;
      for (const address of [`127.0.0.1:${process.port}`, `127.0.0.1:${process.adminPort}`]) {
        if (isDown) replace(`server ${address} `, `server ${address} down `);
        else replace(`server ${address} down `, `server ${address} `);
      }
      await proxy.reload(configure);
    },
  };
}

/** HAProxy takes certificate and key from one file. */
async function certificateWithKey({ folder, cert, key }: TlsFiles): Promise<string> {
  const both = join(folder, 'both.pem');
  await writeFile(both, (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')));
  return both;
}

/** Debian's nginx.conf, which includes the file, in short. */
function nginxMain(own: string, text: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${own}/${kind};`).join(' ');
  const http = `http { access_log off; ${temporary}\n${text}\n}`;
  return `daemon off; worker_processes 1; pid ${own}/pid; error_log stderr; events {} ${http}`;
}

/** The proxy closed an idle connection just as a request was sent on it. */
export class ConnectionClosed extends Error {}

interface Connection {
  readonly port: number;
  readonly ca: Buffer;
  /** An API key. */
  readonly key: string;
  readonly agent?: Agent | undefined;
}

/** @throws {ConnectionClosed} */
export function askProxy(
  { port, ca, key, agent }: Connection,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const headers = {
      host: PROXY_HOST,
      authorization: `Bearer ${key}`,
      // What an attacker sends; the proxy has to replace it.
      'x-forwarded-for': '198.51.100.66',
      ...(body && { 'content-type': 'application/json' }),
    };
    const options = { host: '127.0.0.1', port, ca, method, path, headers, ...(agent && { agent }) };
    let hasAnswer = false;
    const sent = request(options, (response) => {
      hasAnswer = true;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
      response.on('error', fail);
    });
    // As browsers do with a connection that was open before, and was closed before a byte of the response came.
    sent.on('error', (error) =>
      sent.reusedSocket && !hasAnswer ? fail(new ConnectionClosed(error.message)) : fail(error),
    );
    sent.end(body && JSON.stringify(body));
  });
}
