import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';
import { isId, queryOf } from '../events/event.ts';

/** The sign-ins of one UTC day, as the API counts them. */
export interface DayView {
  day: string;
  granted: number;
  refused: Readonly<Record<string, number>>;
  activeUsers: { count: number; exact: boolean };
  complete: boolean;
}

/** The sign-ins at a resource over several days. */
export interface ResourceSums {
  resource: string;
  name: string;
  granted: number;
  refused: Readonly<Record<string, number>>;
}

export const PERIODS = [7, 30, 90] as const;
const DEFAULT_PERIOD = 30;
const DAY_MS = 86_400_000;

/** The view of the charts, which is kept in the address. */
export interface ActivityView {
  days: (typeof PERIODS)[number];
  /** Undefined for all resources. */
  resource: string | undefined;
}

/** Reads the view from the address and ignores invalid values. */
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
  return CONSOLE_ROUTES.home[0] + (text && `?${text}`);
}

export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export interface AttemptsOf {
  outcome?: 'granted' | 'refused';
  resource?: string | undefined;
  reason?: string;
  /** First and last day; without a last day, up to now. */
  from: string;
  to?: string | undefined;
}

/** A link to the events that a number counts. */
export function attemptsHref({ from, to, resource, ...rest }: AttemptsOf): string {
  const query = queryOf({
    type: 'authentication',
    ...rest,
    ...(resource !== undefined && { resource }),
    from: String(startOf(from)),
    ...(to !== undefined && { to: String(startOf(to) + DAY_MS - 1) }),
  });
  return `${CONSOLE_ROUTES.events[0]}?${query}`;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Whether there were no sign-in attempts. */
export function isQuiet(days: readonly Pick<DayView, 'granted' | 'refused'>[]): boolean {
  return days.every(({ granted, refused }) => granted + sumOf(refused) === 0);
}

/** The refusal reasons with their counts, the most frequent first. */
export function reasonsOf(all: readonly Pick<DayView, 'refused'>[]): [reason: string, count: number][] {
  const sums = new Map<string, number>();
  for (const { refused } of all) {
    for (const [reason, count] of Object.entries(refused)) sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return [...sums].sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
}

/** The values of one colour in the chart, one for each day. */
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

/** The style has this many colours (`--series-1` and on). */
const MAX_SERIES = 6;
export const OTHERS = 'others';

/** `Object.hasOwn`: a reason may be named like an inherited property. */
function countOf(refused: DayView['refused'], reason: string): number {
  return Object.hasOwn(refused, reason) ? (refused[reason] ?? 0) : 0;
}

/** One series for each of the most frequent reasons; if there are too many, the last series sums up the rest. */
export function reasonsByDay(days: readonly DayView[]): Series[] {
  const reasons = reasonsOf(days).map(([reason]) => reason);
  const own = reasons.length > MAX_SERIES ? reasons.slice(0, MAX_SERIES - 1) : reasons;
  const series = own.map((key) => ({ key, values: days.map(({ refused }) => countOf(refused, key)) }));
  if (own.length === reasons.length) return series;
  const countListed = (refused: DayView['refused']) => own.reduce((sum, reason) => sum + countOf(refused, reason), 0);
  return [...series, { key: OTHERS, values: days.map(({ refused }) => sumOf(refused) - countListed(refused)) }];
}

/** Stacks the series: the height at which each one ends, for each day. */
export function stack(series: readonly Series[]): number[][] {
  const heights: number[][] = [];
  for (const { values } of series) {
    const below = heights.at(-1);
    heights.push(values.map((value, at) => value + (below?.[at] ?? 0)));
  }
  return heights;
}
