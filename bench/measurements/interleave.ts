import { median, type Tally } from '../load/tally.ts';

/** One side of a measurement: the medians of its rounds, and the rounds. */
export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  rounds: Tally[];
}

/** A side held against another, round by round. */
export interface Compared extends Measured {
  /** Median of the rounds' ratios of answers per second; 1 is as fast as the other side. */
  ratio: number;
}

/**
 * Takes the sides in turn (A B C A B C ...), so that whatever else happens on the machine happens to all of them.
 *
 * @throws when any answer was not 200: then something else was measured than the name says
 */
export async function interleave<const Name extends string>(
  rounds: number,
  sides: Record<Name, () => Promise<Tally>>,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(sides) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Tally[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const tally = await sides[name]();
      const others = Object.keys(tally.statuses).filter((status) => status !== '200');
      if (others.length > 0) throw new Error(`${name} answered ${JSON.stringify(tally.statuses)}`);
      taken[name].push(tally);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarise(taken[name])])) as Record<Name, Measured>;
}

export function compare(side: Measured, against: Measured): Compared {
  const ratios = side.rounds.map(
    ({ perSecond }, round) => perSecond / (against.rounds[round]?.perSecond ?? Number.NaN),
  );
  return { ...side, ratio: median(ratios) };
}

export function summarise(rounds: Tally[]): Measured {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    rounds,
  };
}
