import { CONSOLE_PLACES } from '@countersign/protocol/console-places';
import { isId, queryOf } from '../events/event.ts';

/** The sign-ins of a day, as the API counts them: by UTC. */
export interface DayView {
  day: string;
  granted: number;
  refused: Readonly<Record<string, number>>;
  activeUsers: { count: number; exact: boolean };
  complete: boolean;
}

/** The sign-ins of some days at a resource. */
export interface ResourceSums {
  resource: string;
  name: string;
  granted: number;
  refused: Readonly<Record<string, number>>;
}

export const PERIODS = [7, 30, 90] as const;
const DEFAULT_PERIOD = 30;
const DAY_MS = 86_400_000;

/** What is drawn. All of it stands in the address. */
export interface ActivityView {
  days: (typeof PERIODS)[number];
  /** Undefined: of all resources. */
  resource: string | undefined;
}

/** What the address says; nonsense in it is as if it were not there. */
export function readActivityView(query: URLSearchParams): ActivityView {
  const days = PERIODS.find((one) => String(one) === query.get('days')) ?? DEFAULT_PERIOD;
  const resource = query.get('resource') ?? '';
  return { days, resource: isId(resource) && resource.startsWith('res_') ? resource : undefined };
}

export function hrefOf({ days, resource }: ActivityView): string {
  const query = new URLSearchParams();
  if (days !== DEFAULT_PERIOD) query.set('days', String(days));
  if (resource !== undefined) query.set('resource', resource);
  const text = query.toString();
  return CONSOLE_PLACES.home[0] + (text && `?${text}`);
}

export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export interface AttemptsOf {
  outcome?: 'granted' | 'refused';
  resource?: string | undefined;
  reason?: string;
  /** First and last day; without a last one up to now. */
  from: string;
  to?: string | undefined;
}

/** The attempts that a number counts, in the room of events. */
export function attemptsHref({ from, to, resource, ...rest }: AttemptsOf): string {
  const query = queryOf({
    type: 'authentication',
    ...rest,
    ...(resource !== undefined && { resource }),
    from: String(startOf(from)),
    ...(to !== undefined && { to: String(startOf(to) + DAY_MS - 1) }),
  });
  return `${CONSOLE_PLACES.events[0]}?${query}`;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Whether nobody has even tried. */
export function isQuiet(days: readonly Pick<DayView, 'granted' | 'refused'>[]): boolean {
  return days.every(({ granted, refused }) => granted + sumOf(refused) === 0);
}

/** The reasons of some days with how often each was one, the most frequent first. */
export function reasonsOf(all: readonly Pick<DayView, 'refused'>[]): [reason: string, count: number][] {
  const sums = new Map<string, number>();
  for (const { refused } of all) {
    for (const [reason, count] of Object.entries(refused)) sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return [...sums].sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
}

/** What is drawn in one colour: a value for each day. */
export interface Series {
  key: string;
  values: number[];
}

export function outcomesByDay(days: readonly DayView[]): Series[] {
  return [
    { key: 'granted', values: days.map(({ granted }) => granted) },
    { key: 'refused', values: days.map(({ refused }) => sumOf(refused)) },
  ];
}

/** As many as the style has colours for (`--pile-1` and on): more are not told apart. */
const MAX_SERIES = 6;
export const OTHERS = 'others';

/** Whatever reasons are called. */
function countOf(refused: DayView['refused'], reason: string): number {
  return Object.hasOwn(refused, reason) ? (refused[reason] ?? 0) : 0;
}

/** By the most frequent reasons; where there are more than can be told apart, the last series is all others. */
export function reasonsByDay(days: readonly DayView[]): Series[] {
  const reasons = reasonsOf(days).map(([reason]) => reason);
  const own = reasons.length > MAX_SERIES ? reasons.slice(0, MAX_SERIES - 1) : reasons;
  const series = own.map((key) => ({ key, values: days.map(({ refused }) => countOf(refused, key)) }));
  if (own.length === reasons.length) return series;
  const shown = (refused: DayView['refused']) => own.reduce((sum, reason) => sum + countOf(refused, reason), 0);
  return [...series, { key: OTHERS, values: days.map(({ refused }) => sumOf(refused) - shown(refused)) }];
}

/** What stands on what, so that each day is one pile: for each series how high it reaches. */
export function stack(series: readonly Series[]): number[][] {
  const heights: number[][] = [];
  for (const { values } of series) {
    const below = heights.at(-1);
    heights.push(values.map((value, at) => value + (below?.[at] ?? 0)));
  }
  return heights;
}
