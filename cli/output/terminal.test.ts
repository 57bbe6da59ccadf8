import { PassThrough, Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal } from '../testing/terminal.ts';
import { painterOf, plain } from './paint.ts';
import { terminalQrCode } from './qr-code.ts';

describe('colours', () => {
  const TERMINAL = { isTTY: true };
  test.each([
    ['a terminal', {}, TERMINAL, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', { NO_COLOR: '1' }, TERMINAL, false],
    ['an empty NO_COLOR, which says nothing', { NO_COLOR: '' }, TERMINAL, true],
    ['a terminal that has none', { TERM: 'dumb' }, TERMINAL, false],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, {}, true],
    ['FORCE_COLOR against NO_COLOR, as in Node', { FORCE_COLOR: '1', NO_COLOR: '1' }, {}, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, TERMINAL, false],
  ])('%s', (_, env, stream, isColoured) => {
    const paint = painterOf(env, stream);
    expect(paint !== plain).toBe(isColoured);
    expect(paint('bold', 'x')).toBe(isColoured ? '\u001b[1mx\u001b[22m' : 'x');
  });
});

describe('on a terminal', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal('on-a-terminal');
    await terminal.type(['account', 'create', '--name', 'Shop', '--json']);
  });
  afterAll(() => terminal.close());

  /** Types a command where the output is a terminal of this width. */
  async function typeOnTerminal(args: readonly string[], columns = 100, env: Record<string, string> = {}) {
    let out = '';
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
    stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const { code } = await terminal.type(args, '', env, undefined, { stdin: Readable.from(['']), stdout });
    return { code, out };
  }

  test('tables have a bold header, in a pipe nothing', async () => {
    const { out } = await typeOnTerminal(['account', 'list']);
    expect(out.startsWith('\u001b[1mid')).toBe(true);
    expect((await terminal.type(['account', 'list'])).out).toBe(stripVTControlCharacters(out));
  });

  test('the help is the same text in colours', async () => {
    const { out } = await typeOnTerminal(['token', 'create', '--help'], 80);
    expect(out).toContain('\u001b[');
    expect((await terminal.type(['token', 'create', '--help'])).out).toBe(stripVTControlCharacters(out));
  });

  test('a new token is shown as a QR code, where its secret is shown too', async () => {
    const create = ['token', 'create', '--name', 'phone', '--kind', 'totp'];
    const { out, code } = await typeOnTerminal(create);
    expect(code).toBe(0);
    const text = stripVTControlCharacters(out);
    const [uri = ''] = /otpauth:\/\/\S+/.exec(text) ?? [];
    // The app shows the name of the account.
    expect(uri).toContain('issuer=Shop');
    expect(out).toContain(terminalQrCode(uri, { columns: 100, isColoured: true }));
    expect((await typeOnTerminal(create, 20)).out).not.toContain('▄');
    for (const more of [['--json'], ['--ids'], ['--field', 'secret']]) {
      expect((await typeOnTerminal([...create, ...more])).out).not.toContain('▄');
    }
    expect((await terminal.type(create)).out).not.toContain('▄');
  });
});

test('a QR code is drawn two rows to a line, with a quiet zone', () => {
  const lines = terminalQrCode('otpauth://totp/x', { columns: 80, isColoured: false })?.split('\n') ?? [];
  const width = lines[0]?.length ?? 0;
  expect(lines.every((line) => line.length === width)).toBe(true);
  expect(lines).toHaveLength(Math.ceil(width / 2));
  expect(lines[0]).toBe('█'.repeat(width));
});
