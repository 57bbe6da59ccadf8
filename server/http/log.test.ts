import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { capturedLog } from '../testing/captured-log.ts';

const LINE_ENDS = /[\n\r\u0085\u2028\u2029\v\f]/;

// SR-36
describe('log lines', () => {
  test.each([
    ['a forged line', 'x\n{"level":"info","msg":"admin signed in"}'],
    ['a carriage return that overwrites', 'harmful\rharmless'],
    ['ANSI colours and cursor moves', '\u001b[2J\u001b[1;31mred'],
    ['the one-byte CSI', '\u009b2Jred'],
    ['Unicode line ends', 'a\u2028b\u2029c\u0085d'],
    ['text that reorders itself', 'user\u202egnp.exe'],
    ['a NUL and a DEL', 'a\u0000b\u007f'],
    ['a lone surrogate', 'a\ud800b'],
  ])('%s in any field stays one harmless JSON line with the same meaning', (_, hostile) => {
    const captured = capturedLog();
    captured.log.info({ path: hostile, nested: { [hostile]: hostile } }, hostile);
    const text = captured.text();
    expect(text.endsWith('\n')).toBe(true);
    expect(text.slice(0, -1)).not.toMatch(LINE_ENDS);
    expect(text.slice(0, -1)).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
    const expected = hostile.replace('\ud800', '\ufffd');
    const [line] = captured.lines();
    const path = String(line?.path).replace('\ud800', '\ufffd');
    expect(path).toBe(expected);
  });

  test('any text in any field is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (field, message) => {
        const captured = capturedLog();
        captured.log.warn({ field }, message);
        expect(captured.text().slice(0, -1)).not.toMatch(LINE_ENDS);
        expect(captured.lines()).toMatchObject([{ level: 'warn', field, msg: message }]);
      }),
    );
  });

  test('carry the time in UTC', () => {
    const captured = capturedLog();
    captured.log.info('x');
    expect(captured.lines()[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('carry the time of each, also when the clock is set back', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const captured = capturedLog();
      const times = ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.007Z'];
      const set = [...times, '2026-12-31T23:59:58.040Z', '2037-05-06T07:08:09.100Z', '2037-05-06T07:08:09.100Z'];
      for (const time of set) {
        vi.setSystemTime(new Date(time));
        captured.log.info('x');
      }
      expect(captured.lines().map(({ time }) => time)).toEqual(set);
    } finally {
      vi.useRealTimers();
    }
  });
});

// SR-35
describe('secrets in errors', () => {
  test('hides an API key anywhere in a line', () => {
    const captured = capturedLog();
    captured.log.error(
      { err: new Error('bad header: Bearer csk_canary-ABC_123'), field: 'CSK_canaryDEF' },
      'csk_canary0',
    );
    expect(captured.text()).not.toContain('canary');
    expect(captured.lines()[0]?.msg).toBe('csk_[hidden]');
  });

  test('omits the text that JSON.parse quotes', () => {
    const captured = capturedLog();
    let error: unknown;
    try {
      JSON.parse('canary-password');
    } catch (caught) {
      error = caught;
    }
    captured.log.error({ err: error }, 'x');
    expect(String(error)).toContain('canary');
    expect(captured.text()).not.toContain('canary');
  });

  test('omits properties that libraries add to errors, including causes', () => {
    const captured = capturedLog();
    const cause = Object.assign(new Error('redis'), { command: { args: ['canary-1'] }, code: 'ECONNRESET' });
    captured.log.error({ err: Object.assign(new Error('store', { cause }), { input: 'canary-2' }) }, 'x');
    expect(captured.text()).not.toContain('canary');
    expect(captured.lines()).toMatchObject([{ err: { message: 'store', cause: { code: 'ECONNRESET' } } }]);
  });

  test('ends at a cause that is its own cause', () => {
    const captured = capturedLog();
    const error = new Error('round');
    error.cause = error;
    captured.log.error({ err: error }, 'x');
    expect(captured.lines()).toHaveLength(1);
  });
});

/** A program with a logger, `log`, on its standard output. */
function logging(program: string): string[] {
  const start = `
    const { createLogger } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)});
    const log = createLogger({ level: 'info' });
  `;
  return ['--import', 'tsx', '--input-type=module', '--eval', `${start}${program}`];
}

// SR-66
describe('a blocked output', () => {
  const LINES = 20_000;
  const many = `
    for (let n = 0; n < ${LINES}; n++) {
      log.info({ n, text: 'x'.repeat(100) }, 'line');
      if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    log.fatal('last words');
  `;

  test('a full disk neither stops nor ends the process', async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, logging(`${many} console.error('still here')`), {
      stdio: ['pipe', full.fd, 'pipe'],
    });
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    const [code] = await once(child, 'close');
    await full.close();
    expect({ output, code }).toEqual({ output: 'still here\n', code: 0 });
  });

  test.each([
    ['that never reads', 'exec "$0" "$@" | sleep 20'],
    ['that has gone', 'exec "$0" "$@" | true'],
  ])('nor does a reader of a pipe %s', async (_, command) => {
    const program = logging(`${many} console.error('still here'); process.exit(0)`);
    const child = spawn('sh', ['-c', `(${command}) 2>&1 >/dev/null`, process.execPath, ...program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    expect(line.toString()).toBe('still here\n');
  });

  test('reports the number of dropped lines once it is read again', async () => {
    const child = spawn(process.execPath, logging(`${many} console.error('written'); process.stdin.resume()`));
    await once(child.stderr, 'data');
    let written = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      written += chunk;
      // Until then it waits for more of its own input.
      if (written.includes('"dropped"')) child.stdin.end();
    });
    await once(child, 'close');
    const lines = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; dropped?: number });
    const dropped = lines.flatMap((line) => line.dropped ?? []);
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toBeGreaterThan(1000);
    expect(lines.filter(({ msg }) => msg === 'line' || msg === 'last words').length + (dropped[0] ?? 0)).toBe(
      LINES + 1,
    );
  });
});

test('writes buffered lines when the process exits', async () => {
  const parameters = logging("log.info('last words'); process.exit(0)");
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  expect(JSON.parse(stdout)).toMatchObject({ msg: 'last words' });
});
