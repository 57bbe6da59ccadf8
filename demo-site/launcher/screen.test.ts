import { expect, test } from 'vitest';
import type { DemoAccount } from './demo-account.ts';
import { codeLines, replaceLines, screenLines } from './screen.ts';

const ADDRESSES = { service: 'http://localhost:8080', shop: 'http://127.0.0.1:8081' };
const otpauthUri = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const LOGIN = { login: 'maria', password: 'abcd-efgh', otpauthUri, code: 'right' } as const;
const ACCOUNT: DemoAccount = {
  resource: 'res_1',
  apiKey: 'csk_1',
  user: LOGIN,
  administrator: { ...LOGIN, login: 'robin' },
};

test('the screen shows addresses, logins, passwords and live codes, and no key', () => {
  expect(screenLines(ADDRESSES, ACCOUNT, 59_000)).toEqual([
    'Countersign   http://localhost:8080',
    'Documents     http://localhost:8080/docs/',
    '',
    'Shop          http://127.0.0.1:8081',
    '  Login       maria',
    '  Password    abcd-efgh',
    '  Code        287082    1 s left',
    '  Also        tom, same password: sets up a second factor',
    '',
    'Console       http://localhost:8080/console',
    '  Login       robin',
    '  Password    abcd-efgh',
    '  Code        287082    1 s left',
    '',
    'Mailbox       http://localhost:8080/demo/mailbox',
    '',
    'Stop          Ctrl+C. To start over, add --fresh.',
  ]);
});

test('a screen that is not updated shows secrets for an authenticator app instead of codes', () => {
  const lines = screenLines(ADDRESSES, ACCOUNT, undefined);
  const secret = '  Secret      GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ   for an authenticator app';
  expect(lines.filter((line) => /^ {2}(Code|Secret)/.test(line))).toEqual([secret, secret]);
  expect(lines).toContain('Codes         npm start -- --codes');
});

test('codes are printed with their logins, for a screen that stands still', () => {
  expect(codeLines({ ...ACCOUNT, administrator: { otpauthUri, login: 'robin', code: 'locked' } }, 59_000)).toEqual([
    'Shop',
    '  Login       maria',
    '  Password    abcd-efgh',
    '  Code        287082    1 s left',
    '',
    'Console',
    '  Login       robin',
    '  Password    changed',
    '  Code        locked',
  ]);
});

test('the screen shows nothing that no longer signs in', () => {
  const gone = { otpauthUri, code: 'changed' } as const;
  const locked = { login: 'robin', otpauthUri, code: 'out-of-step' } as const;
  const lines = screenLines(ADDRESSES, { ...ACCOUNT, user: gone, administrator: locked }, 59_000);
  expect(lines.slice(4, 7)).toEqual([
    '  Login       blocked or deleted',
    '  Password    changed',
    '  Code        changed',
  ]);
  expect(lines.slice(9, 12)).toEqual(['  Login       robin', '  Password    changed', '  Code        out of sync']);
});

test('a terminal replaces the lines where they are, counting those that it broke', () => {
  const shown = ['x'.repeat(100), '', 'short'];
  const size = { columns: 80, rows: 24, write: () => {} };
  expect(replaceLines(shown, ['next'], size)).toBe('\x1b[4A\r\x1b[0Jnext\n');
  expect(replaceLines(shown, ['next'], { ...size, columns: 200 })).toBe('\x1b[3A\r\x1b[0Jnext\n');
});

test('lines that do not fit into the terminal are left alone', () => {
  expect(replaceLines(['a', 'b'], ['c'], { columns: 80, rows: 2, write: () => {} })).toBeUndefined();
  expect(replaceLines(['a'], ['c'], { write: () => {} })).toBeUndefined();
});
