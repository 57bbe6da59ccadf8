import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { builtService } from '../harness/built-service.ts';
import { ServiceProcess } from '../harness/service-process.ts';

/** One of the service's processes, on ports of its own. Its settings can be changed between two starts. */
export class DrillProcess extends ServiceProcess {
  readonly port: number;
  readonly adminPort: number;

  constructor(port: number, adminPort: number, env: Record<string, string>) {
    super(builtService(), {
      PATH: process.env.PATH ?? '',
      ...env,
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    });
    this.port = port;
    this.adminPort = adminPort;
  }

  /** For the next start, and for commands. */
  set(env: Record<string, string>): void {
    this.env = { ...this.env, ...env };
  }

  unset(...names: readonly string[]): void {
    for (const name of names) delete this.env[name];
  }

  /** @param prefix a command to put in front, which must become the service */
  async start(until: 'ready' | 'live' = 'ready', prefix: readonly string[] = []): Promise<void> {
    this.launch({ prefix });
    await this.until(`a process is ${until}`, async () => (await this.health(until)) === 200);
  }

  /** The status of a probe, and 0 if nothing answers. */
  async health(probe: 'ready' | 'live' = 'ready'): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/${probe}`).catch(() => undefined);
    return answer?.status ?? 0;
  }

  /** Requests that the proxy led here since the start. */
  get requests(): number {
    return this.out.split('"path":"/v1/').length - 1;
  }

  /** Runs `countersign` on its data; it must succeed. */
  async run(args: readonly string[], input = ''): Promise<string> {
    const command = join(dirname(this.entry), '../cli/countersign.js');
    const options = { env: this.env, maxBuffer: 2 ** 28 };
    const running = promisify(execFile)(process.execPath, [command, ...args], options);
    running.child.stdin?.on('error', () => {}).end(input);
    const { stdout } = await running;
    return stdout;
  }

  async json<T>(args: readonly string[], input?: string): Promise<T> {
    return JSON.parse(await this.run(['--json', ...args], input)) as T;
  }
}
