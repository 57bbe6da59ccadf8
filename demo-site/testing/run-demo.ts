import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../server/testing/free-ports.ts';
import { DEMO_FOLDER, type DemoAccount, readDemoAccount } from '../launcher/demo-account.ts';

/** The built launcher, which `npm start` runs after the build. */
const LAUNCHER = fileURLToPath(new URL('../../dist/server/demo.js', import.meta.url));

export interface RunningDemo {
  /** The printed values by label, those of a login as `Shop Password`. */
  labels: ReadonlyMap<string, string>;
  output: string;
  /** All that it has printed by now. */
  printed(): string;
  /** What the service wrote into the data folder. */
  account: DemoAccount;
  pid: number;
  /** Stops it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Resolves when it ends, with the exit code and stderr. */
  ended: Promise<{ code: number | null; stderr: string }>;
}

/**
 * Runs the launcher with a data folder of its own and on free ports. Resolves when it has printed its last line.
 *
 * @param cwd where it starts: without a data folder it creates one there
 */
export async function runDemo(
  dataFolder: string | undefined,
  extra: NodeJS.ProcessEnv = {},
  cwd?: string,
  args: readonly string[] = [],
): Promise<RunningDemo> {
  if (!existsSync(LAUNCHER)) throw new Error('The demo is not built: npm run build.');
  const [servicePort, shopPort] = await freePorts(2);
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    env: {
      ...process.env,
      ...(dataFolder !== undefined && { COUNTERSIGN_DATA: dataFolder }),
      COUNTERSIGN_LISTEN: `127.0.0.1:${servicePort}`,
      SHOP_PORT: `${shopPort}`,
      ...extra,
    },
  });
  // Stop the launcher, and with it the service, even if the test run crashes.
  const kill = () => child.kill('SIGTERM');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  let output = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/^Stop .*\n/m.test(output)) resolve();
    });
    void ended.then(({ code }) => reject(new Error(`The demo ended (${code}): ${stderr}`)));
  });
  return {
    labels: labelsOf(output),
    output,
    printed: () => output,
    account: await readDemoAccount(dataFolder ?? join(cwd ?? '.', DEMO_FOLDER)),
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGINT');
      return (await ended).code;
    },
  };
}

/** Parses `Shop   http://127.0.0.1:8081`, and the lines below it, which are indented. */
function labelsOf(output: string): Map<string, string> {
  const labels = new Map<string, string>();
  let part = '';
  for (const [, indent, label = '', value = ''] of output.matchAll(/^( *)(\w+) {2,}(\S.*)$/gm)) {
    if (indent === '') part = label;
    labels.set(indent === '' ? label : `${part} ${label}`, value);
  }
  return labels;
}
