import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { allCodeBlocks } from './code-blocks.ts';
import type { ExampleValues } from './example-values.ts';

/** How a program of another language is run with the examples beside it. `driver` does something with one of them. */
export interface Interpreter {
  /** As the blocks of the documents have it: `python`. */
  readonly language: string;
  /** What a block begins with: the file that it says it is. */
  readonly path: RegExp;
  command(driver: string): readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** The examples of a language, written out as the files that they say they are. */
export class ForeignExamples {
  readonly #folder = mkdtempSync(join(tmpdir(), 'countersign-foreign-'));
  readonly #interpreter: Interpreter;
  readonly paths: string[] = [];

  constructor(interpreter: Interpreter, values: ExampleValues) {
    this.#interpreter = interpreter;
    for (const { language, text, at } of allCodeBlocks()) {
      if (language !== interpreter.language) continue;
      const path = interpreter.path.exec(text)?.[1];
      if (path === undefined) throw new Error(`${at} does not say which file it is`);
      const file = join(this.#folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, values.fill(text));
      this.paths.push(path);
    }
  }

  /** What the driver prints, as JSON, with the arguments in the environment as `ARGUMENTS`. */
  run(driver: string, given: unknown): unknown {
    const [program, ...args] = this.#interpreter.command(driver);
    const env = { PATH: process.env.PATH, ...this.#interpreter.env, ARGUMENTS: JSON.stringify(given) };
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.#folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
