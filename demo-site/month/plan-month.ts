import { DAY_MS, MINUTE_MS } from '../../server/kernel/time.ts';

export type Site = 'shop' | 'staff';

/** One try to sign in. `outside`: from a network that the site's filter denies. */
export interface Attempt {
  at: number;
  /** Index of who tries. */
  who: number;
  site: Site;
  kind: 'right' | 'wrong-password' | 'wrong-code' | 'outside';
}

const OPENING_MINUTE = 7 * 60 + 30;
const OPEN_MINUTES = 11 * 60;

/**
 * The sign-ins of the days before now and of today, oldest day first, each in time: fewer at weekends, some wrong at
 * first. The same for every demo that starts at this time.
 *
 * @param members the sites of each
 */
export function planMonth(members: readonly (readonly Site[])[], days: number, now: number): Attempt[][] {
  const today = now - (now % DAY_MS);
  return Array.from({ length: days }, (_, index) => days - 1 - index).map((back) => {
    const start = today - back * DAY_MS;
    return members
      .flatMap((sites, who) => dayOf(sites, who, back, start))
      .filter(({ at }) => at < now)
      .sort((one, other) => one.at - other.at);
  });
}

/** The attempts of one member on a day: none, or one that succeeds, after some that do not. */
function dayOf(sites: readonly Site[], who: number, back: number, start: number): Attempt[] {
  const site = sites[(back + who) % sites.length];
  const isWeekend = [0, 6].includes(new Date(start).getUTCDay());
  if (site === undefined || (back * 3 + who * 5) % 7 >= (isWeekend ? 2 : 6)) return [];
  const at = start + (OPENING_MINUTE + ((who * 53 + back * 37) % OPEN_MINUTES)) * MINUTE_MS;
  const mix = back * 31 + who * 17;
  const before = (minutes: number, kind: Attempt['kind']) => ({ at: at - minutes * MINUTE_MS, who, site, kind });
  return [
    ...(site === 'staff' && mix % 5 === 2 ? [before(9, 'outside')] : []),
    ...(mix % 11 === 4 ? [before(6, 'wrong-password')] : []),
    ...(mix % 13 === 6 ? [before(3, 'wrong-code')] : []),
    before(0, 'right'),
  ];
}
