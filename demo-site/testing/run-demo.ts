import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../server/testing/free-ports.ts';

/** The built launcher, which `npm start` runs after the build. */
const LAUNCHER = fileURLToPath(new URL('../../dist/server/demo.js', import.meta.url));

export interface RunningDemo {
  /** The printed values by label. */
  labels: ReadonlyMap<string, string>;
  output: string;
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
): Promise<RunningDemo> {
  if (!existsSync(LAUNCHER)) throw new Error('The demo is not built: npm run build.');
  const [servicePort, shopPort] = await freePorts(2);
  const child = spawn(process.execPath, [LAUNCHER], {
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
      if (/^Code .*\n/m.test(output)) resolve();
    });
    void ended.then(({ code }) => reject(new Error(`The demo ended (${code}): ${stderr}`)));
  });
  return {
    labels: labelsOf(output),
    output,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGINT');
      return (await ended).code;
    },
  };
}

/** Parses `Service   http://localhost:8080`: a label of one or two words, two or more blanks, the value. */
function labelsOf(output: string): Map<string, string> {
  const found = output.matchAll(/^([A-Z]\w*(?: \w+)?) {2,}(\S.*)$/gm);
  return new Map([...found].map(([, label = '', value = '']) => [label, value]));
}
