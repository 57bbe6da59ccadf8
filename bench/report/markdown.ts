import type { Tally } from '../load/tally.ts';
import type { Machine } from '../machine.ts';
import type { FloodResult } from '../measurements/flood.ts';
import type { Comparison, RunSummary } from '../measurements/paired-runs.ts';
import type { LoginComparison } from '../measurements/passwords.ts';
import { STORES, type StoreKind } from '../target.ts';
import { checkGoals, goalKey } from './goals.ts';
import type { Results } from './results.ts';
import { table } from './table.ts';

const NAMES: Record<StoreKind, string> = { embedded: 'embedded (LMDB)', redis: 'Redis, `appendfsync always`' };

/** All measurements, as the README shows them. */
export function reportOf(results: Results): string {
  return [
    about(results),
    goalsSection(results),
    results.otp && otp(results.otp),
    results.steps && steps(results.steps),
    results.passwords && passwords(results.passwords),
    results.flood && flood(results.flood),
    results.timing && timing(results.timing),
    results.users && users(results.users),
    results.otp && quietLog(results.otp),
    results.commits && commits(results.commits),
    results.processes && processes(results.processes),
    results.engines && engines(results.engines),
    results.import && importSection(results.import),
    results.startUp && startUp(results),
    results.frame && frame(results.frame),
    results.sizes && sizes(results.sizes),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function about({ machine, mode, takenAt, tookSeconds }: Results): string {
  return (
    `Taken on ${takenAt.slice(0, 10)} (${mode} run, ${Math.round(tookSeconds)} s) on ${describeMachine(machine)}. ` +
    `Load before the run: ${machine.loadBefore}. ${describeCores(machine)}`
  );
}

function describeCores({ pinning }: Machine): string {
  if (!pinning) return 'Service, store, load generator and whatever the service is held against share these cores.';
  const cores = (numbers: readonly number[]) => numbers.join(', ');
  return (
    `The service and whatever it is held against have the cores ${cores(pinning.service)}, ` +
    `Redis ${cores(pinning.store)}, the load generators ${cores(pinning.load)}.`
  );
}

function describeMachine(machine: Machine): string {
  return `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, Redis ${machine.redis}`;
}

function passwords({ clients, bare, route, stores, floors }: NonNullable<Results['passwords']>): string {
  const login = (name: string, side: LoginComparison) => [
    name,
    ...speed(side),
    percent(side.ratio),
    percent(side.ofRoute),
  ];
  return [
    `### Password logins (${clients} clients)`,
    table(
      ['', 'logins/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of argon2', 'of bare Hono'],
      [
        ['argon2id alone', ...speed(bare), '100%', ''],
        ['bare Hono route with argon2id', ...speed(route), percent(route.ratio), '100%'],
        ...STORES.flatMap((store) => [login(NAMES[store], stores[store]), login('equal work there', floors[store])]),
      ],
    ),
  ].join('\n\n');
}

function goalsSection(results: Results): string | undefined {
  const goals = checkGoals(results);
  if (goals.length === 0) return undefined;
  const { before } = results;
  const columns = ['what', ...(before ? ['before'] : []), 'measured', 'goal', '', 'floor'];
  const rows = goals.map((goal) => {
    const { what, measured, isMet, floor = '' } = goal;
    const earlier = before ? [before[goalKey(goal)] ?? ''] : [];
    return [what, ...earlier, measured, goal.goal, isMet ? 'met' : 'missed', floor];
  });
  return ['### Goals', table(columns, rows)].join('\n\n');
}

function otp({ totp, byClients }: NonNullable<Results['otp']>): string {
  return [
    '### One-time code checks',
    table(
      ['clients', 'side', 'checks/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of bare Hono'],
      [{ clients: '32, TOTP', ...totp }, ...byClients.map((rest) => ({ ...rest, floors: undefined }))].flatMap(
        ({ clients, bare, stores, floors }) => [
          [String(clients), 'bare Hono route', ...speed(bare), '100%'],
          ...STORES.flatMap((store) => {
            const rows = [['', NAMES[store], ...speed(stores[store]), percent(stores[store].ratio)]];
            if (floors) rows.push(['', 'equal work there', ...speed(floors[store]), percent(floors[store].ratio)]);
            return rows;
          }),
        ],
      ),
    ),
  ].join('\n\n');
}

function steps({ clients, bare, live, malformedKey, stores }: NonNullable<Results['steps']>): string {
  const row = (store: string, step: string, run: Comparison) => [store, step, ...speed(run), percent(run.ratio)];
  return [
    `### Steps of a check (HOTP, ${clients} clients)`,
    'Each step includes those before it.',
    table(
      ['store', 'answered after', 'answers/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of bare Hono'],
      [
        ['', 'bare Hono route', ...speed(bare), '100%'],
        row('', 'headers, request id, address (`GET /health/live`)', live),
        row('', 'body, strict JSON, log line (a malformed API key)', malformedKey),
        ...STORES.flatMap((store) => [
          row(NAMES[store], 'key hash, one trip, validation (a malformed code)', stores[store].malformedCode),
          row('', 'rules, decryption, commit, event (a right code)', stores[store].check),
          row('', 'equal work of a right code', stores[store].floor),
        ]),
      ],
    ),
  ].join('\n\n');
}

function timing({ samples, stores }: NonNullable<Results['timing']>): string {
  return [
    `### Enumeration by timing (${samples} wrong codes for names of each kind; 0.5 is chance)`,
    table(
      ['store', 'by', 'AUC', 'p50 ms, a user with a token', 'p50 ms, unknown name'],
      STORES.flatMap((store) =>
        (['widget', 'api'] as const).map((way) => {
          const { auc, knownMs, unknownMs } = stores[store][way];
          return [NAMES[store], way, auc.toFixed(3), ms(knownMs), ms(unknownMs)];
        }),
      ),
    ),
  ].join('\n\n');
}

function flood({ floods, otpPerSecond, healthPerSecond }: NonNullable<Results['flood']>): string {
  const row = (kind: string, tally: Tally) => [
    kind,
    ms(tally.p50Ms),
    ms(tally.p99Ms),
    ms(tally.maxMs),
    integer(tally.perSecond),
    otherAnswers(tally),
  ];
  const rows = (flood: string, side: string, { quiet, otp, health, passwords }: FloodResult) => [
    [flood, side, ...row('one-time codes before', quiet.otp)],
    ['', '', ...row('health before', quiet.health)],
    ['', '', ...row('one-time codes', otp)],
    ['', '', ...row('health', health)],
    ['', '', ...row('the passwords', passwords)],
  ];
  return [
    `### While passwords flood (${otpPerSecond} one-time codes and ${healthPerSecond} probes of /health/live a second, latency from the moment due)`,
    table(
      ['flood', 'store', 'asked', 'p50 ms', 'p99 ms', 'max ms', '200s/s', 'other answers'],
      floods.flatMap(({ clients, stores, floors }) =>
        STORES.flatMap((store) => [
          ...rows(`${clients} clients`, NAMES[store], stores[store]),
          ...(floors ? rows('', 'equal work there', floors[store]) : []),
        ]),
      ),
    ),
  ].join('\n\n');
}

function users({ few, many, clients, stores }: NonNullable<Results['users']>): string {
  return [
    `### Few and many people (${clients} clients)`,
    table(
      ['store', 'people', 'checks/s', 'p50 ms', 'p99 ms', 'CPU µs', `of ${count(few)}`],
      STORES.flatMap((store) => [
        [NAMES[store], count(few), ...speed(stores[store].few), '100%'],
        ['', count(many), ...speed(stores[store].many), percent(stores[store].many.ratio)],
        ['', `${count(many)}, TOTP`, ...speed(stores[store].totp), ''],
        ['', `equal work, ${count(many)}`, ...speed(stores[store].floor), percent(stores[store].floor.ratio)],
      ]),
    ),
  ].join('\n\n');
}

function commits({ clients, stores }: NonNullable<Results['commits']>): string {
  return [
    `### The commit of a check alone (${clients} clients, one process; CPU without that of Redis)`,
    table(
      ['store', 'side', 'commits/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of bare'],
      STORES.flatMap((store) => [
        [NAMES[store], 'its own client, the same bytes', ...speed(stores[store].bare), '100%'],
        ['', 'the store', ...speed(stores[store].store), percent(stores[store].store.ratio)],
      ]),
    ),
  ].join('\n\n');
}

function processes({ clients, one, two, workers, floor }: NonNullable<Results['processes']>): string {
  return [
    `### Processes on one Redis (${clients} clients)`,
    table(
      ['processes', 'checks/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of one'],
      [
        ['1', ...speed(one), '100%'],
        ['2', ...speed(two), percent(two.ratio)],
        ['2 workers of one service', ...speed(workers), percent(workers.ratio)],
        ['equal work, 1', ...speed(floor.one), '100%'],
        ['equal work, 2', ...speed(floor.two), percent(floor.two.ratio)],
      ],
    ),
  ].join('\n\n');
}

function engines({ clients, own, other, usual, by, floor }: NonNullable<Results['engines']>): string {
  return [
    `### Versions of Node (one-time codes on Redis, ${clients} clients)`,
    table(
      ['Node', 'checks/s', 'p50 ms', 'p99 ms', 'CPU µs', `of ${own}`],
      [
        [own, ...speed(usual), '100%'],
        [other, ...speed(by), percent(by.ratio)],
        [`equal work, ${other}`, ...speed(floor), percent(floor.ratio)],
      ],
    ),
  ].join('\n\n');
}

function quietLog({ quietLog: quiet }: NonNullable<Results['otp']>): string {
  return (
    'The service logs a line per request into a file, as by default. With `COUNTERSIGN_LOG_LEVEL=warn` it does, ' +
    `on Redis at 32 clients, ${percent(quiet.ratio)} of the checks it does with the default.`
  );
}

function startUp({ startUp: started, otp: measured }: Results): string {
  const rows: string[][] = [];
  if (started) {
    rows.push(['start, empty data folder', `${ms(started.freshMs)} ms`]);
    rows.push(['start, existing data folder', `${ms(started.existingMs)} ms`]);
  }
  for (const store of STORES) {
    const memory = measured?.memory[store];
    if (!memory?.idle || !memory.loaded) continue;
    for (const [when, { residentMiB, anonymousMiB }] of [
      ['idle', memory.idle],
      ['after load', memory.loaded],
    ] as const) {
      rows.push([
        `memory ${when}, ${NAMES[store]}`,
        `${integer(residentMiB)} MiB, without mapped files ${integer(anonymousMiB)}`,
      ]);
    }
  }
  return ['### Start and memory', table(['', ''], rows)].join('\n\n');
}

function importSection(measured: NonNullable<Results['import']>): string {
  const { rows, seconds, floorSeconds, serviceCpuSeconds, commandMiB, serviceMiB } = measured;
  const memory = ({ early, most }: typeof commandMiB) =>
    `${integer(early)} MiB in the first fifth, ${integer(most)} at most`;
  return [
    '### Import of users from CSV, embedded (LMDB)',
    table(
      ['', ''],
      [
        [`${count(rows)} users with three names each`, `${seconds.toFixed(1)} s, ${integer(rows / seconds)}/s`],
        ['the same durable commits alone', `${floorSeconds.toFixed(1)} s`],
        ['processor time of the service', `${integer((serviceCpuSeconds * 1e6) / rows)} µs each`],
        ['memory of the command', memory(commandMiB)],
        ['memory of the service', memory(serviceMiB)],
      ],
    ),
  ].join('\n\n');
}

function frame({ roundTripMs, slowdown, loads, sides }: NonNullable<Results['frame']>): string {
  const row = (name: string, { cold, warm }: (typeof sides)['bare']) =>
    [name, cold.paintedMs, cold.usableMs, warm.paintedMs, warm.usableMs].map((cell) =>
      typeof cell === 'number' ? ms(cell) : cell,
    );
  return [
    `### Widget, ms from the insertion of the frame (round trip ${roundTripMs} ms, CPU ${slowdown} times slower, ${loads} loads)`,
    table(
      ['', 'painted, empty cache', 'usable, empty cache', 'painted, filled cache', 'usable, filled cache'],
      [row('a bare frame', sides.bare), row('the widget', sides.widget)],
    ),
  ].join('\n\n');
}

function sizes(measured: NonNullable<Results['sizes']>): string {
  return [
    '### Widget, bytes after brotli',
    table(
      ['', 'bytes', 'budget'],
      measured.map(({ name, bytes, budget }) => [name, count(bytes), count(budget)]),
    ),
  ].join('\n\n');
}

function speed({ perSecond, p50Ms, p99Ms, cpuMicros }: RunSummary | Comparison): string[] {
  return [integer(perSecond), ms(p50Ms), ms(p99Ms), cpuMicros === undefined ? '' : integer(cpuMicros)];
}

function otherAnswers({ statuses }: Tally): string {
  const others = Object.entries(statuses).filter(([status]) => status !== '200');
  return others.map(([status, number]) => `${count(number)} × ${status}`).join(', ') || 'none';
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)}%`;
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

function integer(value: number): string {
  return count(Math.round(value));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
