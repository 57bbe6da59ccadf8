import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface Step {
  readonly name: string;
  /** The program and its arguments; installed packages come first, as in an npm script. */
  readonly command: readonly [program: string, ...args: string[]];
}

interface StepResult {
  readonly ok: boolean;
  readonly tookMs: number;
  /** The output of both streams; empty if it was shown. */
  readonly output: string;
}

/** Runs a step to its end, showing or capturing its output. */
export function runStep(step: Step, output: 'show' | 'capture'): StepResult {
  const [program, ...args] = step.command;
  const env = { ...process.env, PATH: [join('node_modules', '.bin'), process.env.PATH].join(delimiter) };
  const startedAt = performance.now();
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', ...(output === 'show' ? (['inherit', 'inherit'] as const) : (['pipe', 'pipe'] as const))],
  });
  const tookMs = performance.now() - startedAt;
  const said = [stdout, stderr, error?.message].filter((text) => typeof text === 'string' && text !== '').join('\n');
  return { ok: status === 0, tookMs, output: said };
}
