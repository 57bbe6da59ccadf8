import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTerminal } from '../testing/terminal.ts';
import { parseEnvironmentFile } from './env-file.ts';

// What systemd 257 reads from each text.
test.each<[string, Record<string, string>]>([
  ['A=1\nB=2', { A: '1', B: '2' }],
  ['A=1\nA=2\n', { A: '2' }],
  ['  A = 1 2 \t\n', { A: '1 2' }],
  ['# A=1\n; B=2\nC=3 # not a comment', { C: '3 # not a comment' }],
  ['# continued \\\nA=1', { A: '1' }],
  ['A=\nB', { A: '' }],
  ['A="a b"\nB=\'c "d"\'\n', { A: 'a b', B: 'c "d"' }],
  ['A="a\nb"\n', { A: 'a\nb' }],
  ['A="a \\" \\\\ \\$ \\` \\n"', { A: 'a " \\ $ ` \\n' }],
  ['A="a\\\nb"', { A: 'ab' }],
  ["A='a\\b'", { A: 'a\\b' }],
  ['A="a" \'b\'c', { A: 'abc' }],
  ['A=a"b"', { A: 'a"b"' }],
  ['A=one\\\ntwo', { A: 'onetwo' }],
  ['A=a\\ \\b\\\\', { A: 'a b\\' }],
  ['A=$B $(c) `d`', { A: '$B $(c) `d`' }],
  ['export A=1\n1A=2\nA-B=3\n=4', {}],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['A=smtps://a%40b:p=q;#x@host', { A: 'smtps://a%40b:p=q;#x@host' }],
  ['A="open', { A: 'open' }],
])('reads %j as systemd does', (text, values) => {
  expect(parseEnvironmentFile(text)).toEqual(values);
});

test('reads back every value in single quotes, and takes no other names', () => {
  const value = fc.string({ unit: 'binary' }).map((text) => text.replaceAll("'", ''));
  fc.assert(
    fc.property(value, (one) => {
      expect(parseEnvironmentFile(`A='${one}'\n`)).toEqual({ A: one });
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const name of Object.keys(parseEnvironmentFile(text))) expect(name).toMatch(/^[A-Za-z_]\w*$/);
    }),
  );
});

test('a command gets the variables of the file, and says which file it cannot read', async () => {
  const terminal = await openTerminal('env-file');
  try {
    const [file, server] = [join(terminal.dataFolder, 'service.env'), join(terminal.dataFolder, 'server.cjs')];
    await writeFile(file, '# of the unit\nCOUNTERSIGN_STORE="redis://127.0.0.1:1/0"\n');
    await writeFile(server, 'console.error(process.env.COUNTERSIGN_STORE); process.exit(1);');
    const data = join(terminal.dataFolder, 'stopped');
    const started = await terminal.type(['--env-file', file, '--data', data, 'user', 'list'], '', {}, server);
    expect(started).toMatchObject({ code: 3, err: expect.stringContaining('redis://127.0.0.1:1/0') });
    const missing = await terminal.type(['--env-file', `${file}.none`, 'user', 'list'], '', {}, server);
    expect(missing).toMatchObject({
      code: 2,
      err: expect.stringContaining('service.env.none cannot be read (ENOENT)'),
    });
  } finally {
    await terminal.close();
  }
});
