import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { createOperatorApp } from '../../server/composition/operator/operator-app.ts';
import { listenOnSocket } from '../../server/composition/operator/socket.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { operatorOptions } from '../../server/testing/operator-options.ts';
import { openTestPorts, type TestPorts } from '../../server/testing/test-ports.ts';
import type { Environment } from '../commands/context.ts';
import { runCommand } from '../program.ts';

export interface Terminal {
  ports: TestPorts;
  dataFolder: string;
  /** Runs a command and waits for its end. By default there is no server to start. */
  type(
    args: readonly string[],
    input?: string,
    env?: Record<string, string>,
    server?: string,
    changed?: Partial<Environment>,
  ): Promise<Output>;
  close(): Promise<void>;
}

export interface Output {
  code: number;
  out: string;
  err: string;
}

/** A terminal on the machine of a running server. */
export async function openTerminal(
  seed: string,
  changes: Pick<Partial<Ports>, 'archive'> = {},
  options: Parameters<typeof operatorOptions>[0] = {},
): Promise<Terminal> {
  const ports = { ...(await openTestPorts(seed)), ...changes };
  const dataFolder = await mkdtemp(join(tmpdir(), 'cs-'));
  const app = createOperatorApp(ports, operatorOptions(options));
  const socket = await listenOnSocket(app, join(dataFolder, 'operator.sock'));
  if (!socket) throw new Error('another server uses the socket');
  return {
    ports,
    dataFolder,
    async type(args, input = '', env = {}, server = join(dataFolder, 'no-server.cjs'), changed = {}) {
      const [out, err] = [new Sink(), new Sink()];
      const around = {
        env: { COUNTERSIGN_DATA: dataFolder, ...env },
        stdin: Readable.from([input]),
        stdout: out,
        stderr: err,
        server,
        pause: async () => undefined,
        interruption: () => new AbortController().signal,
        ...changed,
      };
      process.exitCode = undefined;
      const code = await runCommand(args, around, '9.8.7');
      process.exitCode = undefined;
      return { code, out: out.text, err: err.text };
    },
    async close() {
      await socket.close();
      await rm(dataFolder, { recursive: true });
    },
  };
}

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
