import { STORES, type StoreKind } from '../target.ts';
import type { EarlierResults } from './results.ts';

/** A goal and what was measured. */
export interface CheckedGoal {
  what: string;
  measured: string;
  goal: string;
  isMet: boolean;
  /** What equal work without the service takes, or a bare frame; if it was measured. */
  floor?: string;
}

const NAMES: Record<StoreKind, string> = { embedded: 'LMDB', redis: 'Redis' };

/** Each goal whose measurement ran. */
export function checkGoals(results: EarlierResults): CheckedGoal[] {
  return [
    ...codeChecks(results),
    ...passwordLogins(results.passwords),
    ...passwordFlood(results.flood),
    ...unknownNames(results.timing),
    ...manyUsers(results.users),
    ...twoProcesses(results.processes),
    ...newerNode(results.engines),
    ...startUp(results),
    ...imported(results.import),
    ...widgetFrame(results.frame),
  ];
}

/** What another run measured for each of its goals. */
export function measuredValues(results: EarlierResults): Record<string, string> {
  return Object.fromEntries(checkGoals(results).map((goal) => [goalKey(goal), goal.measured]));
}

/** Several goals may be about the same thing. */
export function goalKey({ what, goal }: CheckedGoal): string {
  return `${what}: ${goal}`;
}

function codeChecks({ otp, steps }: EarlierResults): CheckedGoal[] {
  return (['TOTP', 'HOTP'] as const).flatMap((kind) =>
    STORES.flatMap((store) => {
      // HOTP was measured beside other numbers of clients before its steps were.
      const hotp = steps?.stores?.[store]?.check ?? otp?.byClients?.find((row) => row?.clients === 32)?.stores?.[store];
      const check = kind === 'TOTP' ? otp?.totp?.stores?.[store] : hotp;
      const floor = kind === 'TOTP' ? otp?.totp?.floors?.[store] : steps?.stores?.[store]?.floor;
      return [
        ...atMost(`CPU of a ${kind} check, ${NAMES[store]}`, cpuOf(check), 110, 'µs', cpuOf(floor)),
        ...atLeast(`rate of ${kind} checks, ${NAMES[store]}`, check?.ratio, 0.15, 'of a bare Hono route', floor?.ratio),
      ];
    }),
  );
}

function passwordLogins(passwords: EarlierResults['passwords']): CheckedGoal[] {
  return STORES.flatMap((store) => {
    const [login, floor] = [passwords?.stores?.[store], passwords?.floors?.[store]];
    const what = `password logins, ${NAMES[store]}`;
    return [
      ...atLeast(what, login?.ratio, 0.88, 'of bare argon2', floor?.ratio),
      ...atLeast(what, login?.ofRoute, 0.97, 'of a bare Hono route with argon2', floor?.ofRoute),
    ];
  });
}

function passwordFlood(flood: EarlierResults['flood']): CheckedGoal[] {
  const [smallest] = flood?.floods ?? [];
  return STORES.flatMap((store) => {
    const [times, floor] = [smallest?.stores, smallest?.floors].map((side) =>
      ratio(side?.[store]?.otp?.p99Ms, side?.[store]?.quiet?.otp?.p99Ms),
    );
    const what = `p99 of codes while ${smallest?.clients} clients flood passwords, ${NAMES[store]}`;
    return atMost(what, times, 3, 'times the quiet one', floor);
  });
}

function unknownNames(timing: EarlierResults['timing']): CheckedGoal[] {
  return STORES.flatMap((store) =>
    (['widget', 'api'] as const).flatMap((way) => {
      const what = `known and unknown names told apart by timing, ${way}, ${NAMES[store]}`;
      return atMost(what, timing?.stores?.[store]?.[way]?.auc, 0.55, 'under the ROC curve');
    }),
  );
}

function manyUsers(users: EarlierResults['users']): CheckedGoal[] {
  const { few, many, stores } = users ?? {};
  return STORES.flatMap((store) =>
    atLeast(
      `checks with ${count(many ?? 0)} users, ${NAMES[store]}`,
      stores?.[store]?.many?.ratio,
      0.9,
      `of those with ${few}`,
      stores?.[store]?.floor?.ratio,
    ),
  );
}

function twoProcesses(processes: EarlierResults['processes']): CheckedGoal[] {
  const { one, two, workers, floor } = processes ?? {};
  const least = ratio(cpuOf(floor?.two), cpuOf(floor?.one));
  return [
    ...atMost(
      'CPU of a check by two processes on one Redis',
      ratio(cpuOf(two), cpuOf(one)),
      1,
      'times that by one',
      least,
    ),
    ...atMost('CPU of a check by two workers', ratio(cpuOf(workers), cpuOf(one)), 1, 'times that by one', least),
  ];
}

function newerNode(engines: EarlierResults['engines']): CheckedGoal[] {
  const { own, other, by, floor } = engines ?? {};
  return atLeast(`rate on Node ${other}`, by?.ratio, 1.2, `of that on Node ${own}`, floor?.ratio);
}

function startUp({ startUp: started, otp }: EarlierResults): CheckedGoal[] {
  const idle = STORES.flatMap((store) =>
    atMost(`memory idle, ${NAMES[store]}`, otp?.memory?.[store]?.idle?.residentMiB, 90, 'MiB'),
  );
  return [...atMost('start to the first answer', started?.existingMs, 300, 'ms'), ...idle];
}

function imported(measured: EarlierResults['import']): CheckedGoal[] {
  const what = `import of ${count(measured?.rows ?? 0)} users`;
  return atMost(what, measured?.seconds, 20, 's', measured?.floorSeconds);
}

function widgetFrame(frame: EarlierResults['frame']): CheckedGoal[] {
  const { widget, bare } = frame?.sides ?? {};
  return [
    ...atMost('frame until its form is usable, empty cache', widget?.cold?.usableMs, 450, 'ms', bare?.cold?.usableMs),
    ...atMost('frame until its form is usable, filled cache', widget?.warm?.usableMs, 200, 'ms', bare?.warm?.usableMs),
  ];
}

/** No goal if nothing was measured. */
function atMost(what: string, value: number | undefined, bound: number, unit: string, floor?: number): CheckedGoal[] {
  if (value === undefined) return [];
  const goal = { what, measured: show(value, unit), goal: `at most ${show(bound, unit)}`, isMet: value <= bound };
  return [withFloor(goal, unit, floor)];
}

function atLeast(what: string, value: number | undefined, bound: number, unit: string, floor?: number): CheckedGoal[] {
  if (value === undefined) return [];
  const goal = { what, measured: show(value, unit), goal: `at least ${show(bound, unit)}`, isMet: value >= bound };
  return [withFloor(goal, unit, floor)];
}

function withFloor(goal: CheckedGoal, unit: string, floor: number | undefined): CheckedGoal {
  return floor === undefined ? goal : { ...goal, floor: show(floor, unit) };
}

/** Shares of something else as a number with two digits, anything with a unit as a whole number. */
function show(value: number, unit: string): string {
  if (Number.isNaN(value)) return 'not known';
  return /^(of|times|under) /.test(unit) ? `${value.toFixed(2)} ${unit}` : `${count(Math.round(value))} ${unit}`;
}

/** NaN, which misses every goal, if the run did not show it. */
function cpuOf(run: { cpuMicros?: number | undefined } | undefined): number | undefined {
  return run && (run.cpuMicros ?? Number.NaN);
}

function ratio(value: number | undefined, against: number | undefined): number | undefined {
  return value === undefined || against === undefined ? undefined : value / against;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
