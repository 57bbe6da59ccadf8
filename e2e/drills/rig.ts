import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../../server/testing/free-ports.ts';
import { type RealProxy, runProxy } from '../../server/testing/real-proxies.ts';
import { createTlsFiles, type TlsFiles } from '../../server/testing/tls-files.ts';
import { type MailServer, startMailServer } from '../harness/mail-server.ts';
import { DrillProcess } from './process.ts';
import { type Answer, type Ask, Client, type Person } from './traffic.ts';

const HOST = 'auth.example';
const HAPROXY = resolve(import.meta.dirname, '../../deploy/proxy/haproxy.cfg');
const CLIENTS = 4;

/** Two processes on one store, behind HAProxy configured as in deploy/proxy. */
export interface Rig {
  readonly folder: string;
  readonly processes: readonly [DrillProcess, DrillProcess];
  readonly mail: MailServer;
  masterKey: string;
  /** Through the proxy, with an API key. */
  readonly ask: Ask;
  /** Clients with users and tokens of their own. */
  clients(): Promise<Client[]>;
  remove(): Promise<void>;
}

export async function startRig(store: string, more: Record<string, string> = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'cs-drills-'));
  const [files, mail] = await Promise.all([createTlsFiles(), startMailServer()]);
  const masterKey = randomBytes(32).toString('base64');
  const processes = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const [port = 0, adminPort = 0] = await freePorts(2);
      return new DrillProcess(port, adminPort, {
        COUNTERSIGN_URL: `https://${HOST}`,
        COUNTERSIGN_DATA: join(folder, name),
        COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1',
        COUNTERSIGN_STORE: store,
        COUNTERSIGN_MASTER_KEY: masterKey,
        COUNTERSIGN_DRAIN_MS: '3000',
        COUNTERSIGN_SMTP_URL: mail.url,
        COUNTERSIGN_MAIL_FROM: 'Countersign <no-reply@auth.example>',
        ...more,
      });
    }),
  );
  const [one, two] = processes as [DrillProcess, DrillProcess];
  const key = /csk_\w+/.exec(await one.run(['setup', '--name', 'Example']))?.[0] ?? '';
  for (const each of processes) await each.start();
  const proxy = await startHaproxy(folder, files, [one, two]);
  const agent = new Agent({ keepAlive: true, ca: await readFile(files.ca), servername: HOST });
  const ask: Ask = (method, path, body) => askProxy(proxy.port, agent, key, { method, path, body });
  const create = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await ask('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id: resource } = await create('/v1/resources', { name: 'Shop' });
  const person = async (): Promise<Person> => {
    const login = `p${randomBytes(6).toString('hex')}`;
    const { id: user } = await create('/v1/users', { login });
    const made = await create('/v1/tokens', { name: login, kind: 'hotp', owner: user });
    const token = (made.token as { id: string }).id;
    await create('/v1/assignments', { resource, user, token });
    return { login, resource: String(resource), token, secret: String(made.secret) };
  };
  return {
    folder,
    processes: [one, two],
    mail,
    masterKey,
    ask,
    async clients() {
      const made: Client[] = [];
      while (made.length < CLIENTS) made.push(new Client(await person(), ask));
      return made;
    },
    async remove() {
      agent.destroy();
      await Promise.all(processes.map((each) => each.end('SIGKILL')));
      await Promise.all([proxy.stop(), files.remove(), mail.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The file that operators copy, with this machine's ports and certificate. */
async function startHaproxy(
  folder: string,
  files: TlsFiles,
  processes: readonly [DrillProcess, DrillProcess],
): Promise<RealProxy> {
  const [port = 0] = await freePorts(1);
  const both = join(folder, 'both.pem');
  await writeFile(both, (await readFile(files.cert, 'utf8')) + (await readFile(files.key, 'utf8')));
  let text = await readFile(HAPROXY, 'utf8');
  const changes: [from: string, to: string][] = [
    ['bind :443', `bind 127.0.0.1:${port}`],
    ['/etc/haproxy/auth.example.pem', both],
    ['10.0.0.0/8', '127.0.0.0/8'],
    ...processes.flatMap(({ port: own, adminPort }, at): [string, string][] => [
      [`127.0.0.1:${8081 + at}`, `127.0.0.1:${own}`],
      [`127.0.0.1:${9081 + at}`, `127.0.0.1:${adminPort}`],
    ]),
  ];
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`haproxy.cfg has no ${from}`);
    text = text.replaceAll(from, to);
  }
  const ca = await readFile(files.ca);
  const agent = new Agent({ ca, servername: HOST });
  const isUp = async () => {
    const answer = await askProxy(port, agent, '', { method: 'GET', path: '/health/ready' }).catch(() => undefined);
    return answer?.status === 200;
  };
  return runProxy('haproxy', () => text, port, isUp);
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
}

function askProxy(port: number, agent: Agent, key: string, { method, path, body }: Question): Promise<Answer> {
  return new Promise((done, fail) => {
    const headers = {
      host: HOST,
      authorization: `Bearer ${key}`,
      ...(body && { 'content-type': 'application/json' }),
    };
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body: parsed(text) }));
      response.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body && JSON.stringify(body));
  });
}

/** A proxy answers without JSON. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
