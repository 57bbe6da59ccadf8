import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../server/testing/free-ports.ts';
import { createTlsFiles } from '../../server/testing/tls-files.ts';
import { askProxy, PROXY_HOST, startExampleProxy } from '../harness/example-proxy.ts';
import { type MailServer, startMailServer } from '../harness/mail-server.ts';
import { DrillProcess } from './process.ts';
import { type Ask, Client, type Person } from './traffic.ts';

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
        COUNTERSIGN_URL: `https://${PROXY_HOST}`,
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
  const proxy = await startExampleProxy('haproxy', { processes, inside: '127.0.0.0/8', files });
  const agent = new Agent({ keepAlive: true });
  const connection = { port: proxy.port, ca: await readFile(files.ca), key, agent };
  const ask: Ask = async (method, path, body) => {
    const { status, text } = await askProxy(connection, method, path, body);
    return { status, body: parsed(text) };
  };
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

/** A proxy answers without JSON. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
