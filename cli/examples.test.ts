import { execFileSync } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { exampleOf, leavesOf } from './examples.ts';
import { createProgram } from './program.ts';

const around = {
  env: {},
  stdin: Readable.from(['']),
  ...{ stdout: new PassThrough(), stderr: new PassThrough(), server: '' },
  pause: async () => undefined,
  interruption: () => new AbortController().signal,
};
const names = leavesOf(createProgram(around, '1')).map(([path]) => path);

/** The words that a shell makes of the command, which it runs alone. */
function wordsOf(example: string): string[] {
  const script = `countersign() { printf '%s\\0' "$@" >&3; }; { ${example}; } 3>&1 >/dev/null 2>/dev/null </dev/null`;
  // A file that an example writes is none of the project.
  const output = execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/dev/shm' });
  return output.split('\0').slice(0, -1);
}

test('there are commands', () => expect(names.length).toBeGreaterThan(80));

test('docs/commands.md lists them: `npm run docs:cli` writes it', async () => {
  const program = createProgram(around, '1');
  const rows = leavesOf(program).map(([path, leaf]) => [`\`${path}\``, leaf.description(), `\`${exampleOf(path)}\``]);
  const cells = rows.map((row) => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`);
  const head = [
    '# All commands',
    '',
    'Written by `npm run docs:cli`. [The command line](command-line.md) explains them; `--help` behind a command lists its options.',
  ];
  const table = ['| Command | What it does | Example |', '|---|---|---|', ...cells];
  await expect(`${[...head, '', ...table].join('\n')}\n`).toMatchFileSnapshot('../docs/commands.md');
});

test.each(names)('%s has an example in its help, which parses', async (name) => {
  const example = exampleOf(name);
  if (example === undefined) throw new Error('cli/examples.ts has no example of it');
  const program = createProgram(around, '1');
  let called: string | undefined;
  for (const [path, leaf] of leavesOf(program)) {
    if (path === name) {
      let help = '';
      leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toContain(example);
    }
    leaf.action(() => {
      called = path;
    });
  }
  await program.parseAsync(wordsOf(example), { from: 'user' });
  expect(called).toBe(name);
});
