import type { Finding } from '../project-files.ts';
import type { Figures } from './figures.ts';

export const LIMITS = 'tools/structure/limits.json';

/** What a figure may be. A limit above the lowest that it ever had needs a sentence that a reviewer accepts. */
export interface Limit {
  readonly limit: number;
  readonly lowest: number;
  readonly because?: string;
}
export type Limits = Readonly<Record<string, Limit>>;

const SENTENCE = /^\S+(?: \S+){3,}\.$/;

/** Figures above their limit, and limits that were raised without a sentence or are of no figure. */
export function compareFigures(held: Figures['held'], limits: Limits): Finding[] {
  const problems = Object.entries(held).map(([name, value]) => {
    const known = limits[name];
    if (!known) return `${name}: ${value}, without a limit`;
    const { limit, lowest, because = '' } = known;
    if (value > limit) {
      return `${name}: ${value}, above the limit of ${limit}. Lower it, or raise the limit and say "because" in a sentence`;
    }
    if (limit > lowest && !SENTENCE.test(because)) {
      return `${name}: the limit was raised from ${lowest} to ${limit}; say "because" in a sentence`;
    }
    return limit < lowest ? `${name}: the limit is ${limit}, so "lowest" is not ${lowest}` : undefined;
  });
  const unknown = Object.keys(limits).filter((name) => !(name in held));
  return [...problems, ...unknown.map((name) => `${name}: is no figure`)].flatMap((problem) =>
    problem === undefined ? [] : [{ path: LIMITS, problem }],
  );
}

/** The limits after the falls. Lines and words are held in steps of 500, so that not every change moves a limit. */
export function lowerLimits(held: Figures['held'], limits: Limits): Limits {
  const lowered = Object.entries(limits).map(([name, known]): [string, Limit] => {
    const value = held[name] ?? known.limit;
    const next = value < 2000 ? value : Math.ceil(value / 500) * 500;
    if (next >= known.limit) return [name, known];
    return [name, next > known.lowest ? { ...known, limit: next } : { limit: next, lowest: next }];
  });
  return Object.fromEntries(lowered);
}

export const writtenLimits = (limits: Limits): string =>
  `{\n${Object.entries(limits)
    .map(([name, { limit, lowest, because }]) => {
      const rest = because === undefined ? [] : [`"because": ${JSON.stringify(because)}`];
      const members = [`"limit": ${limit}`, `"lowest": ${lowest}`, ...rest];
      // As the formatter writes them: a sentence makes the line too long.
      const value = rest.length === 0 ? `{ ${members.join(', ')} }` : `{\n    ${members.join(',\n    ')}\n  }`;
      return `  ${JSON.stringify(name)}: ${value}`;
    })
    .join(',\n')}\n}\n`;
