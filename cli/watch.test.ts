import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Environment } from './commands/context.ts';
import { runCommand } from './program.ts';

interface Event {
  id: string;
  segment: number;
  at: number;
  type: string;
}

const NOW = Date.parse('2026-01-01T00:00:00Z');
/** In the order in which they are sealed. */
let events: Event[];
let answers: (() => number)[];
let server: Server;

beforeEach(async () => {
  events = [];
  answers = [];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://service');
    const status = answers.shift()?.() ?? 200;
    const limit = Number(searchParams.get('limit'));
    const refused = { code: status === 401 ? 'API_KEY_INVALID' : 'UNAVAILABLE', title: 'No.' };
    const page = pathname.endsWith('/sealed') ? sealedPage(searchParams.get('after')) : listPage(searchParams, limit);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? page : refused));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const happen = (id: string, at = NOW) => events.push({ id, segment: events.length + 1, at, type: 'user.created' });

/** Newest first. */
function listPage(query: URLSearchParams, limit: number) {
  const start = Number(query.get('after') ?? 0);
  const found = events.toSorted((one, other) => other.at - one.at || other.segment - one.segment);
  const next = found.length > start + limit ? String(start + limit) : null;
  return { items: found.slice(start, start + limit), next };
}

/** At most two segments. */
function sealedPage(after: string | null) {
  if (after === null) return { items: [], next: events.length, hasMore: false };
  const items = events.filter(({ segment }) => segment > Number(after)).slice(0, 2);
  const next = items.at(-1)?.segment ?? Number(after);
  return { items, next, hasMore: next < events.length };
}

/** Runs `event list --watch`; between two polls something happens, and after the last the user presses Ctrl-C. */
async function watch(args: readonly string[], between: readonly (() => void)[]) {
  const steps = [...between];
  const ending = new AbortController();
  const waits: number[] = [];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const around: Environment = {
    env: {
      COUNTERSIGN_API_KEY: 'csk_test',
      COUNTERSIGN_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    stdin: Readable.from(['']),
    ...{ stdout, stderr, server: '' },
    async pause(ms) {
      waits.push(ms);
      const step = steps.shift();
      if (step) step();
      else ending.abort();
    },
    interruption: () => ending.signal,
  };
  process.exitCode = undefined;
  const code = await runCommand(['event', 'list', '--watch', ...args], around, '1');
  stdout.end();
  stderr.end();
  return { code, waits, out: await text(stdout), err: await text(stderr) };
}

test('shows the newest, then each that happens, oldest first, and ends with Ctrl-C', async () => {
  for (const id of ['1-1', '1-2', '1-3']) happen(id);
  const { out, err, code } = await watch(
    ['--ids', '--limit', '2'],
    [
      () => happen('1-4'),
      () => {
        happen('1-5');
        happen('1-6');
      },
    ],
  );
  expect(out).toBe('1-2\n1-3\n1-4\n1-5\n1-6\n');
  expect(err).toBe('');
  expect(code).toBe(0);
});

test('an event that is sealed late is shown once, however late it is', async () => {
  happen('1-2');
  const { out } = await watch(['--ids'], [() => happen('1-1', NOW - 86_400_000), () => undefined]);
  expect(out).toBe('1-2\n1-1\n');
});

test('what is sealed while it begins is shown once', async () => {
  happen('1-1');
  // Before the answer to the first question, and before that to the second.
  answers.push(
    () => 200,
    () => {
      happen('1-2');
      return 200;
    },
  );
  const { out } = await watch(['--ids'], [() => happen('1-3')]);
  expect(out).toBe('1-1\n1-2\n1-3\n');
});

test('after a lost connection it goes on, with what happened meanwhile and nothing twice', async () => {
  happen('1-1');
  const fail = () => {
    happen(`1-${events.length + 1}`);
    answers.push(() => 503);
  };
  const { out, err, waits } = await watch(['--ids'], [fail, fail, () => undefined]);
  expect(out).toBe('1-1\n1-2\n1-3\n');
  expect(err).toBe('countersign: No.; trying again\ncountersign: connected again\n');
  // Longer from failure to failure, and as before afterwards.
  expect(waits).toEqual([2000, 4000, 8000, 2000]);
});

test('a key that is no longer valid ends it', async () => {
  const { code, err } = await watch([], [() => answers.push(() => 401)]);
  expect(code).toBe(1);
  expect(err).toContain('API_KEY_INVALID');
});

test('one header for people, JSON Lines for scripts', async () => {
  happen('1-1');
  const table = await watch([], [() => happen('1-2')]);
  expect(table.out.match(/type/g)).toHaveLength(1);
  expect(table.out.match(/user\.created/g)).toHaveLength(2);
  const { out } = await watch(['--json'], []);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Event).id),
  ).toEqual(['1-1', '1-2']);
});
