import type { Row } from './resource-command.ts';

type Counts = Readonly<Record<string, number>>;

/**
 * The days with sign-ins or with missing data, and their total. Active users are not added up: one user can be active
 * on several days.
 */
export function activeDays(days: readonly Row[]): Row[] {
  const busy = days.filter((day) => day.granted !== 0 || sum(counts(day.refused)) > 0 || day.complete === false);
  if (busy.length === 0) return [];
  return [
    ...busy,
    {
      day: 'total',
      granted: busy.reduce((total, { granted }) => total + Number(granted), 0),
      refused: sumByName(busy.map(({ refused }) => counts(refused))),
      methods: sumByName(busy.map(({ methods }) => counts(methods))),
      factors: sumByName(busy.map(({ factors }) => counts(factors))),
      complete: busy.every(({ complete }) => complete === true),
    },
  ];
}

function counts(value: unknown): Counts {
  return Object(value) as Counts;
}

function sum(of: Counts): number {
  return Object.values(of).reduce((total, count) => total + count, 0);
}

function sumByName(all: readonly Counts[]): Counts {
  const total = new Map<string, number>();
  for (const [name, count] of all.flatMap((one) => Object.entries(one))) {
    total.set(name, (total.get(name) ?? 0) + count);
  }
  return Object.fromEntries(total);
}
