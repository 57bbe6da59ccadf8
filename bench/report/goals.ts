import type { RunSummary } from '../measurements/paired-runs.ts';
import { STORES, type StoreKind } from '../target.ts';
import type { Results } from './results.ts';

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
export function checkGoals(results: Results): CheckedGoal[] {
  return [
    ...codeChecks(results.otp),
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

function codeChecks(otp: Results['otp']): CheckedGoal[] {
  if (!otp) return [];
  const { stores, floors } = otp.totp;
  return STORES.flatMap((store) => [
    atMost(`CPU of a TOTP check, ${NAMES[store]}`, cpuOf(stores[store]), 110, 'µs', cpuOf(floors[store])),
    atLeast(
      `rate of TOTP checks, ${NAMES[store]}`,
      stores[store].ratio,
      0.15,
      'of a bare Hono route',
      floors[store].ratio,
    ),
  ]);
}

function passwordLogins(passwords: Results['passwords']): CheckedGoal[] {
  if (!passwords) return [];
  const { stores } = passwords;
  return STORES.flatMap((store) => [
    atLeast(`password logins, ${NAMES[store]}`, stores[store].ratio, 0.88, 'of bare argon2'),
    atLeast(`password logins, ${NAMES[store]}`, stores[store].ofRoute, 0.97, 'of a bare Hono route with argon2'),
  ]);
}

function passwordFlood(flood: Results['flood']): CheckedGoal[] {
  const [smallest] = flood?.floods ?? [];
  if (!smallest) return [];
  return STORES.map((store) => {
    const { otp, quiet } = smallest.stores[store];
    const what = `p99 of codes while ${smallest.clients} clients flood passwords, ${NAMES[store]}`;
    return atMost(what, otp.p99Ms / quiet.otp.p99Ms, 3, 'times the quiet one');
  });
}

function unknownNames(timing: Results['timing']): CheckedGoal[] {
  if (!timing) return [];
  return STORES.flatMap((store) =>
    (['widget', 'api'] as const).map((way) => {
      const what = `known and unknown names told apart by timing, ${way}, ${NAMES[store]}`;
      return atMost(what, timing.stores[store][way].auc, 0.55, 'under the ROC curve');
    }),
  );
}

function manyUsers(users: Results['users']): CheckedGoal[] {
  if (!users) return [];
  const { few, many, stores } = users;
  return STORES.map((store) =>
    atLeast(
      `checks with ${count(many)} users, ${NAMES[store]}`,
      stores[store].many.ratio,
      0.9,
      `of those with ${few}`,
      stores[store].floor.ratio,
    ),
  );
}

function twoProcesses(processes: Results['processes']): CheckedGoal[] {
  if (!processes) return [];
  const { one, two, workers, floor } = processes;
  const least = cpuOf(floor.two) / cpuOf(floor.one);
  return [
    atMost('CPU of a check by two processes on one Redis', cpuOf(two) / cpuOf(one), 1, 'times that by one', least),
    atMost('CPU of a check by two workers', cpuOf(workers) / cpuOf(one), 1, 'times that by one', least),
  ];
}

function newerNode(engines: Results['engines']): CheckedGoal[] {
  if (!engines) return [];
  const { own, other, by, floor } = engines;
  return [atLeast(`rate on Node ${other}`, by.ratio, 1.2, `of that on Node ${own}`, floor.ratio)];
}

function startUp({ startUp: started, otp }: Results): CheckedGoal[] {
  const starts = started ? [atMost('start to the first answer', started.existingMs, 300, 'ms')] : [];
  const idle = STORES.flatMap((store) => {
    const memory = otp?.memory[store].idle;
    return memory ? [atMost(`memory idle, ${NAMES[store]}`, memory.residentMiB, 90, 'MiB')] : [];
  });
  return [...starts, ...idle];
}

function imported(measured: Results['import']): CheckedGoal[] {
  if (!measured) return [];
  return [atMost(`import of ${count(measured.rows)} users`, measured.seconds, 20, 's')];
}

function widgetFrame(frame: Results['frame']): CheckedGoal[] {
  if (!frame) return [];
  const { widget, bare } = frame.sides;
  return [
    atMost('frame until its form is usable, empty cache', widget.cold.usableMs, 450, 'ms', bare.cold.usableMs),
    atMost('frame until its form is usable, filled cache', widget.warm.usableMs, 200, 'ms', bare.warm.usableMs),
  ];
}

function atMost(what: string, value: number, bound: number, unit: string, floor?: number): CheckedGoal {
  const goal = { what, measured: show(value, unit), goal: `at most ${show(bound, unit)}`, isMet: value <= bound };
  return withFloor(goal, unit, floor);
}

function atLeast(what: string, value: number, bound: number, unit: string, floor?: number): CheckedGoal {
  const goal = { what, measured: show(value, unit), goal: `at least ${show(bound, unit)}`, isMet: value >= bound };
  return withFloor(goal, unit, floor);
}

function withFloor(goal: CheckedGoal, unit: string, floor: number | undefined): CheckedGoal {
  return floor === undefined ? goal : { ...goal, floor: show(floor, unit) };
}

/** Shares of something else as a number with two digits, anything with a unit as a whole number. */
function show(value: number, unit: string): string {
  return /^(of|times|under) /.test(unit) ? `${value.toFixed(2)} ${unit}` : `${count(Math.round(value))} ${unit}`;
}

function cpuOf({ cpuMicros }: RunSummary): number {
  return cpuMicros ?? Number.NaN;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
