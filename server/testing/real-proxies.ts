import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { rawClient } from './raw-client.ts';
import { waitUntil } from './wait-until.ts';

export interface RealProxy {
  port: number;
  /** Writes another configuration and has the program read it, as nginx does on SIGHUP. */
  reload(configure: (folder: string) => string): Promise<void>;
  stop(): Promise<void>;
}

interface Program {
  config(folder: string, port: number, upstream: number): string;
  command(file: string): [program: string, ...args: string[]];
}

/** Each as its manual shows it for a backend that needs the client's address. */
const PROGRAMS = {
  haproxy: {
    config: (_folder, port, upstream) => `
      defaults
        mode http
        timeout connect 5s
        timeout client 30s
        timeout server 30s
      frontend entrance
        bind 127.0.0.1:${port}
        default_backend service
      backend service
        option forwardfor
        option httpchk GET /health
        server one 127.0.0.1:${upstream} check inter 200
    `,
    // In the foreground, with one process.
    command: (file) => ['haproxy', '-db', '-f', file],
  },
  nginx: {
    config: (folder, port, upstream) => `
      daemon off;
      master_process off;
      error_log stderr;
      pid ${folder}/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/body;
        proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi;
        scgi_temp_path ${folder}/scgi;
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://127.0.0.1:${upstream};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          }
        }
      }
    `,
    command: (file) => ['nginx', '-e', 'stderr', '-c', file],
  },
} satisfies Record<string, Program>;

export type ProxyProgram = keyof typeof PROGRAMS;

/** Starts the real program on a free loopback port, before a service on another. */
export async function startProxy(name: ProxyProgram, upstream: number): Promise<RealProxy> {
  const program: Program = PROGRAMS[name];
  const [port = 0] = await freePorts(1);
  return runProxy(
    name,
    (folder) => program.config(folder, port, upstream),
    port,
    () => answers(port),
  );
}

/**
 * Runs the real program with a configuration, written with the folder for its files, until it answers.
 *
 * @param port where it listens
 */
export async function runProxy(
  name: ProxyProgram,
  configure: (folder: string) => string,
  port: number,
  isUp: () => Promise<boolean>,
): Promise<RealProxy> {
  const folder = await mkdtemp(join(tmpdir(), `countersign-${name}-`));
  const file = join(folder, 'config');
  // HAProxy refuses a file whose last line has no line feed.
  await writeFile(file, `${configure(folder)}\n`);
  const [command, ...args] = PROGRAMS[name].command(file);
  // Debian installs both in folders that only root's PATH contains.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child: ChildProcess = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk).slice(-10_000);
  });
  let fault: Error | undefined;
  child.once('error', (error) => {
    fault = error;
  });
  await waitUntil(`${name} answers`, async () => {
    if (fault || child.exitCode !== null) throw new Error(`${name} did not start: ${log}`, { cause: fault });
    return isUp();
  });
  return {
    port,
    async reload(changed) {
      await writeFile(file, `${changed(folder)}\n`);
      child.kill('SIGHUP');
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        // With SIGKILL the processes that nginx starts would stay.
        child.kill('SIGTERM');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** True also means that the proxy has found the service behind it. */
async function answers(port: number): Promise<boolean> {
  try {
    const client = await rawClient(port);
    client.send('GET /health HTTP/1.1\r\nHost: auth.example\r\nConnection: close\r\n\r\n');
    return (await client.closed()).startsWith('HTTP/1.1 200');
  } catch {
    return false;
  }
}
