import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './program.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cs-'));
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, shell), (await completion(shell)).out);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function completion(shell: string): Promise<{ code: number; out: string }> {
  const stdout = new PassThrough();
  const around = {
    env: {},
    stdin: Readable.from(['']),
    ...{ stdout, stderr: new PassThrough(), server: '' },
    pause: async () => undefined,
    interruption: () => new AbortController().signal,
  };
  const code = await runCommand(['completion', shell], around, '1');
  stdout.end();
  return { code, out: await text(stdout) };
}

/** What each shell offers for a line whose last word is being typed. */
const SHELLS: Record<string, (words: readonly string[]) => string> = {
  bash: (words) => `source ${folder}/bash
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
    _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Its completion runs in the line editor alone: what it would describe is printed instead.
  zsh: (words) => `compdef() { :; }; _files() { :; }; _describe() { print -l -- "\${(@)\${(@P)2}%%:*}"; }
    source ${folder}/zsh
    words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; PREFIX=$words[CURRENT]
    _countersign`,
  fish: (words) => `source ${folder}/fish; complete -C '${words.join(' ')}'`,
};

function offered(shell: string, line: string): string[] {
  const words = line.split(' ');
  const [flags, typed] = [
    shell === 'zsh' ? ['-f'] : shell === 'fish' ? ['--no-config'] : ['--norc'],
    words.at(-1) ?? '',
  ];
  const output = execFileSync(shell, [...flags, '-c', SHELLS[shell]?.(words) ?? ''], { encoding: 'utf8', cwd: folder });
  const found = output.split('\n').map((one) => one.split('\t')[0] ?? '');
  return found.filter((one) => one !== '' && one.startsWith(typed));
}

describe.each(Object.keys(SHELLS))('the completion of %s', (shell) => {
  test('offers the commands', () => {
    expect(offered(shell, 'countersign ')).toEqual(expect.arrayContaining(['serve', 'user', 'token', 'completion']));
    expect(offered(shell, 'countersign tok')).toEqual(['token']);
  });

  test('offers what a command has inside, also behind options', () => {
    expect(offered(shell, 'countersign token re').sort()).toEqual(['resync', 'resync-questions']);
    expect(offered(shell, 'countersign --json rotate master-key be')).toEqual(['begin']);
  });

  test('offers the options of the command, and those of all', () => {
    const options = offered(shell, 'countersign token create --');
    expect(options).toEqual(expect.arrayContaining(['--name', '--kind', '--json', '--help']));
    expect(options).not.toContain('--login');
  });

  test('offers the shells', () => {
    expect(offered(shell, 'countersign completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  test('offers no commands where a value is expected', () => {
    expect(offered(shell, 'countersign token create --name ')).not.toContain('token');
  });
});

test('another shell is refused', async () => {
  expect((await completion('tcsh')).code).toBe(2);
});
