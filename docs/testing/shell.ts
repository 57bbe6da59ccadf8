import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** One terminal of a reader: what a block sets, later blocks see. */
export class Shell {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(cwd: string, env: Record<string, string>) {
    this.#child = spawn('bash', ['--noprofile', '--norc'], { cwd, env });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  async run(script: string): Promise<Ran> {
    const mark = `end-${randomUUID()}`;
    const end = new RegExp(`^([^]*)\\n${mark} (\\d+)\\n`);
    this.#stdout = '';
    this.#stderr = '';
    this.#child.stdin.write(`${script}\nprintf '\\n${mark} %d\\n' $?\n`);
    for (;;) {
      const match = end.exec(this.#stdout);
      if (match) return { status: Number(match[2]), stdout: match[1] ?? '', stderr: this.#stderr };
      if (this.#child.exitCode !== null) throw new Error(`the shell ended: ${this.#stderr}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.#exited]);
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await this.#exited;
  }
}
