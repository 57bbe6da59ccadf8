import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface Step {
  readonly name: string;
  /** The program and its arguments; installed packages come first, as in an npm script. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

interface StepResult {
  readonly ok: boolean;
  readonly tookMs: number;
  /** The output of both streams; empty if it was shown. */
  readonly output: string;
}

/** Runs a step to its end, showing or capturing its output. */
export function runStep(step: Step, output: 'show' | 'capture'): Promise<StepResult> {
  const [program, ...args] = step.command;
  const path = [join('node_modules', '.bin'), process.env.PATH].join(delimiter);
  const startedAt = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, PATH: path, ...step.env },
    // Ctrl-C reaches only this process, which then ends the step with all that it started.
    detached: true,
    stdio: ['ignore', ...(output === 'show' ? (['inherit', 'inherit'] as const) : (['pipe', 'pipe'] as const))],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return new Promise((resolve) => {
    const end = (ok: boolean) => resolve({ ok, tookMs: performance.now() - startedAt, output: said });
    child.on('error', (error) => {
      said += error.message;
      end(false);
    });
    child.on('close', (status) => end(status === 0));
  });
}
