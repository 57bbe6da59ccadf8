import type { DemoAccount, DemoLogin } from './demo-account.ts';
import { liveCode } from './live-code.ts';

const LABEL_WIDTH = 14;

/** Where the parts of the demo are. */
export interface Addresses {
  service: string;
  shop: string;
}

/**
 * The lines of the demo's screen: each address, with who signs in there.
 *
 * @param now milliseconds since the epoch, if the lines are updated: a code printed once would be stale when it is read
 */
export function screenLines(
  { service, shop }: Addresses,
  { user, administrator }: DemoAccount,
  now: number | undefined,
): string[] {
  return [
    labelled('Countersign', service),
    labelled('Documents', `${service}/docs/`),
    '',
    labelled('Shop', shop),
    ...loginLines(user, now),
    ...(user.password === undefined ? [] : [labelled('  Also', 'tom, same password: sets up a second factor')]),
    '',
    labelled('Console', `${service}/console`),
    ...loginLines(administrator, now),
    '',
    labelled('Mailbox', `${service}/demo/mailbox`),
    '',
    ...(now === undefined ? [labelled('Codes', 'npm start -- --codes')] : []),
    labelled('Stop', 'Ctrl+C. To start over, add --fresh.'),
  ];
}

/** Who signs in where, with the codes of this moment (milliseconds since the epoch). */
export function codeLines({ user, administrator }: DemoAccount, now: number): string[] {
  return ['Shop', ...loginLines(user, now), '', 'Console', ...loginLines(administrator, now)];
}

function loginLines(
  { login = 'blocked or deleted', password = 'changed', otpauthUri, code }: DemoLogin,
  now: number | undefined,
) {
  return [labelled('  Login', login), labelled('  Password', password), codeLine(otpauthUri, code, now)];
}

function codeLine(otpauthUri: string, code: DemoLogin['code'], now: number | undefined): string {
  if (code !== 'right') return labelled('  Code', WORDS[code]);
  if (now !== undefined) return labelled('  Code', codeText(otpauthUri, now));
  const secret = new URL(otpauthUri).searchParams.get('secret') ?? '';
  return labelled('  Secret', `${secret}   for an authenticator app`);
}

/** `123456   12 s left` */
function codeText(otpauthUri: string, now: number): string {
  const { code, secondsLeft } = liveCode(otpauthUri, now);
  return `${code}   ${`${secondsLeft}`.padStart(2)} s left`;
}

const WORDS = {
  changed: 'changed',
  locked: 'locked',
  deactivated: 'deactivated',
  expired: 'expired',
  'out-of-step': 'out of sync',
  'secret-lost': 'lost',
} as const;

function labelled(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${value}`;
}

export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/**
 * The text that replaces these lines on a terminal by the next ones. Undefined: they do not fit, so that they cannot be
 * reached any more.
 */
export function replaceLines(shown: readonly string[], next: readonly string[], { columns, rows }: Terminal) {
  if (columns === undefined || rows === undefined) return undefined;
  const height = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
  if (height >= rows) return undefined;
  return `\x1b[${height}A\r\x1b[0J${next.map((line) => `${line}\n`).join('')}`;
}
