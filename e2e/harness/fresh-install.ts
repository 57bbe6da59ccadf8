import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../server/testing/free-ports.ts';
import { builtService } from './built-service.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type ReadyService, serviceProcess } from './service-process.ts';

/** The built service at its first start: on an empty folder, with a mail server. */
export interface FreshInstall extends ReadyService {
  url: string;
  mails: MailServer;
  env: Record<string, string>;
  /** The output of `countersign setup`. */
  setupLink(): Promise<string>;
  close(): Promise<void>;
}

export async function installFresh(): Promise<FreshInstall> {
  const entry = builtService();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-fresh-'));
  const [port] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const mails = await startMailServer();
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_URL: url,
    COUNTERSIGN_DRAIN_MS: '0',
    COUNTERSIGN_SMTP_URL: mails.url,
    COUNTERSIGN_MAIL_FROM: 'Sign-in <auth@harbour.example>',
  };
  const running = serviceProcess(entry, url, env);
  const install: FreshInstall = {
    ...running,
    url,
    mails,
    env,
    async setupLink() {
      const command = join(dirname(entry), '../cli/countersign.js');
      const { stdout } = await promisify(execFile)(process.execPath, [command, 'setup', '--json'], { env });
      return (JSON.parse(stdout) as { link: string }).link;
    },
    async close() {
      await running.kill();
      await mails.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await install.start().catch(async (error: unknown) => {
    await install.close();
    throw error;
  });
  return install;
}
