import { expect, test } from 'vitest';
import { type LinkOutcome, linksCsv, noResults, runLinks, type Target } from './link-run.ts';

const targets = ['ada', 'bob', 'eve'].map((login): Target => ({ id: `usr_${login}`, login }));
const busy: LinkOutcome = { status: 503, code: 'OVERLOADED', retryAfterMs: 1000 };
const sent: LinkOutcome = { status: 201, expiresAt: 5 };

function steps(answers: (logins: string[]) => LinkOutcome[]) {
  const asked: string[][] = [];
  const pauses: number[] = [];
  return {
    asked,
    pauses,
    targets,
    atOnce: 2,
    async send(some: readonly Target[]) {
      const logins = some.map(({ login }) => login);
      asked.push(logins);
      return { kind: 'done', body: { rows: answers(logins) } } as const;
    },
    pause: async (ms: number) => void pauses.push(ms),
    onStep: () => undefined,
    isStopped: () => false,
  };
}

test('rows that a slow mail server left are sent again, alone', async () => {
  let isSlow = true;
  const run = steps((logins) => logins.map((login) => (login === 'bob' && isSlow ? busy : sent)));
  const results = noResults();
  run.pause = async () => {
    isSlow = false;
  };
  expect(await runLinks(run, results)).toBeUndefined();
  expect(run.asked).toEqual([['ada', 'bob'], ['bob'], ['eve']]);
  expect(results).toEqual({ sent: 3, unneeded: 0, refused: [], links: [] });
});

test('a mail server that takes none ends the run where it was, so that it can go on', async () => {
  let isDown = true;
  const run = steps((logins) => logins.map((login) => (isDown && login !== 'ada' && login !== 'bob' ? busy : sent)));
  const results = noResults();
  const broken = await runLinks(run, results);
  expect(broken).toEqual({ from: 2, answer: { kind: 'refused', code: 'UNAVAILABLE', fields: [] } });
  expect(run.pauses).toEqual([1000, 2000, 4000, 8000]);
  expect(results.sent).toBe(2);
  isDown = false;
  expect(await runLinks(run, results, broken?.from)).toBeUndefined();
  expect(results).toMatchObject({ sent: 3, refused: [] });
});

test('links that were not needed, or refused, are told apart', async () => {
  const outcomes: Record<string, LinkOutcome> = {
    ada: { status: 200, expiresAt: 5 },
    bob: { status: 409, code: 'ENROLMENT_NOT_NEEDED' },
    eve: { status: 429, code: 'RATE_LIMITED', retryAfterMs: 3_600_000 },
  };
  const results = noResults();
  const run = steps((logins) => logins.map((login) => outcomes[login] ?? sent));
  await runLinks(run, results);
  expect(run.pauses).toEqual([]);
  expect(results).toEqual({ sent: 0, unneeded: 2, refused: [{ login: 'eve', code: 'RATE_LIMITED' }], links: [] });
});

// The attack: a login that a spreadsheet would run (CWE-1236), or that would add a row.
test('no login is a formula or a further cell in the file', () => {
  const at = Date.UTC(2027, 0, 15);
  const logins = ['=cmd|calc', '@SUM(1)', '-1+1', 'a","b', '\tx'];
  const csv = linksCsv(logins.map((login) => ({ login, link: 'https://x/#usr_1.s', expiresAt: at })));
  const lines = csv.split('\r\n').slice(1, -1);
  expect(lines.map((line) => line.slice(0, 3))).toEqual(['"\'=', '"\'@', '"\'-', '"a"', '"\'\t']);
  expect(lines[3]).toBe('"a"",""b","https://x/#usr_1.s","2027-01-15T00:00:00.000Z"');
});
