import type { Weekday } from '@countersign/protocol/filters';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen } from '../../testing/samples.ts';
import type { TimeRule } from './filter.ts';
import { timeAllows, timeProblems } from './time.ts';

const MINUTE = 60_000;
const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const at = (text: string) => Date.parse(text);
const clock = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const rule = (zone: string, days: Weekday[], from: string, to: string): TimeRule =>
  frozen({ kind: 'time', zone, windows: [{ days, fromMinute: clock(from), toMinute: clock(to) }] });

/** Real minutes that the rule allows between two instants. */
function allowedMinutes(time: TimeRule, from: string, to: string): number {
  let minutes = 0;
  for (let now = at(from); now < at(to); now += MINUTE) if (timeAllows(time, now)) minutes++;
  return minutes;
}

describe('windows within a day', () => {
  const office = rule('Europe/Kyiv', ['mon', 'tue', 'wed', 'thu', 'fri'], '09:00', '18:00');

  test.each([
    ['2026-06-01T05:59:59.999Z', false],
    ['2026-06-01T06:00:00.000Z', true],
    ['2026-06-01T14:59:59.999Z', true],
    ['2026-06-01T15:00:00.000Z', false],
    ['2026-06-06T09:00:00.000Z', false],
    // In winter the same wall clock is an hour later in UTC.
    ['2026-01-05T06:59:59.999Z', false],
    ['2026-01-05T07:00:00.000Z', true],
  ])('start included, end excluded: %s %s', (instant, allowed) => {
    expect(timeAllows(office, at(instant))).toBe(allowed);
  });

  test('a whole day is 0 to 1440', () => {
    const monday = rule('UTC', ['mon'], '00:00', '24:00');
    expect(allowedMinutes(monday, '2026-06-01T00:00Z', '2026-06-02T00:00Z')).toBe(1440);
    expect(allowedMinutes(monday, '2026-06-02T00:00Z', '2026-06-08T00:00Z')).toBe(0);
  });
});

describe('windows past midnight belong to the day they began on', () => {
  const friday = rule('UTC', ['fri'], '22:00', '06:00');

  test.each([
    ['2026-06-05T21:59Z', false],
    ['2026-06-05T22:00Z', true],
    ['2026-06-06T05:59Z', true],
    ['2026-06-06T06:00Z', false],
    ['2026-06-05T03:00Z', false],
    ['2026-06-06T23:00Z', false],
  ])('Friday night: %s %s', (instant, allowed) => {
    expect(timeAllows(friday, at(instant))).toBe(allowed);
  });

  test('also from Sunday to Monday, and up to midnight sharp', () => {
    expect(timeAllows(rule('UTC', ['sun'], '22:00', '06:00'), at('2026-06-08T05:00Z'))).toBe(true);
    expect(allowedMinutes(rule('UTC', ['sun'], '22:00', '00:00'), '2026-06-07T00:00Z', '2026-06-09T00:00Z')).toBe(120);
  });
});

describe('daylight saving', () => {
  // [what, zone, day, window, from, to, minutes allowed in between]
  test.each([
    ['Kyiv skips 03:00 to 04:00', 'Europe/Kyiv', 'sun', '03:00', '04:00', '2026-03-28T22:00Z', '2026-03-29T21:00Z', 0],
    ['Kyiv repeats it', 'Europe/Kyiv', 'sun', '03:00', '04:00', '2026-10-24T21:00Z', '2026-10-25T22:00Z', 120],
    ['Kyiv, the hour before', 'Europe/Kyiv', 'sun', '02:00', '03:00', '2026-10-24T21:00Z', '2026-10-25T22:00Z', 60],
    [
      'New York skips 02:00 to 03:00',
      'America/New_York',
      'sun',
      '02:00',
      '03:00',
      '2026-03-08T05:00Z',
      '2026-03-09T04:00Z',
      0,
    ],
    [
      'New York repeats 01:00 to 02:00',
      'America/New_York',
      'sun',
      '01:00',
      '02:00',
      '2026-11-01T04:00Z',
      '2026-11-02T05:00Z',
      120,
    ],
    [
      'Lord Howe skips half an hour',
      'Australia/Lord_Howe',
      'sun',
      '02:00',
      '03:00',
      '2026-10-03T13:30Z',
      '2026-10-04T13:00Z',
      30,
    ],
    [
      'Lord Howe repeats half an hour',
      'Australia/Lord_Howe',
      'sun',
      '01:00',
      '02:00',
      '2026-04-04T13:00Z',
      '2026-04-05T13:30Z',
      90,
    ],
    [
      'Auckland, southern spring, skips',
      'Pacific/Auckland',
      'sun',
      '02:00',
      '03:00',
      '2026-09-26T12:00Z',
      '2026-09-27T11:00Z',
      0,
    ],
    [
      'Auckland, southern autumn, repeats',
      'Pacific/Auckland',
      'sun',
      '02:00',
      '03:00',
      '2026-04-04T11:00Z',
      '2026-04-05T12:00Z',
      120,
    ],
    [
      'Cairo skips its midnight hour',
      'Africa/Cairo',
      'fri',
      '00:00',
      '01:00',
      '2026-04-23T20:00Z',
      '2026-04-24T21:00Z',
      0,
    ],
    [
      'a night in which Kyiv springs forward',
      'Europe/Kyiv',
      'sat',
      '22:00',
      '06:00',
      '2026-03-28T10:00Z',
      '2026-03-29T10:00Z',
      420,
    ],
    [
      'a night in which Kyiv falls back',
      'Europe/Kyiv',
      'sat',
      '22:00',
      '06:00',
      '2026-10-24T10:00Z',
      '2026-10-25T10:00Z',
      540,
    ],
    [
      'a night in which Cairo loses midnight',
      'Africa/Cairo',
      'thu',
      '23:00',
      '02:00',
      '2026-04-23T12:00Z',
      '2026-04-24T12:00Z',
      120,
    ],
    [
      'Kathmandu, 45 minutes off, has none',
      'Asia/Kathmandu',
      'sun',
      '01:00',
      '02:00',
      '2026-03-28T18:15Z',
      '2026-03-29T18:15Z',
      60,
    ],
  ] as const)('%s', (_name, zone, day, from, to, begin, end, minutes) => {
    expect(allowedMinutes(rule(zone, [day], from, to), begin, end)).toBe(minutes);
  });

  test('the edges of a repeated hour, to the millisecond', () => {
    const time = rule('America/New_York', ['sun'], '01:30', '02:00');
    const edges = [
      '05:29:59.999',
      '05:30:00.000',
      '05:59:59.999',
      '06:00:00.000',
      '06:29:59.999',
      '06:30:00.000',
      '07:00:00.000',
    ];
    const seen = edges.map((edge) => timeAllows(time, at(`2026-11-01T${edge}Z`)));
    expect(seen).toEqual([false, true, true, false, false, true, false]);
  });
});

test('continues weekly far into the future', () => {
  const monday = rule('UTC', ['mon'], '09:00', '10:00');
  for (const year of [2038, 2106, 2500, 9999, 200_000]) {
    const first = Date.UTC(year, 0, 1);
    const days = Array.from({ length: 7 }, (_, i) => first + i * 86_400_000 + 9.5 * 3_600_000);
    expect(days.filter((now) => timeAllows(monday, now)).map((now) => new Date(now).getUTCDay())).toEqual([1]);
  }
});

test('agrees with minutes of the week marked one by one', () => {
  const zones = [
    'UTC',
    'Europe/Kyiv',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Pacific/Niue',
  ];
  const window = fc
    .record({
      days: fc.subarray([...DAYS], { minLength: 1 }),
      fromMinute: fc.nat({ max: 1439 }),
      toMinute: fc.nat({ max: 1440 }),
    })
    .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute);
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(window, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: at('1971-01-01'), max: at('2200-01-01') }),
      (zone, windows, now) => {
        const marked = new Set<number>();
        for (const { days, fromMinute, toMinute } of windows) {
          const length = toMinute > fromMinute ? toMinute - fromMinute : 1440 - fromMinute + toMinute;
          for (const day of days) {
            for (let i = 0; i < length; i++) marked.add((DAYS.indexOf(day) * 1440 + fromMinute + i) % (7 * 1440));
          }
        }
        // The date and time in the Swedish format, and the weekday computed from the date.
        const local = new Date(now).toLocaleString('sv-SE', { timeZone: zone });
        const day = (new Date(`${local.slice(0, 10)}T00:00Z`).getUTCDay() + 6) % 7;
        const minuteOfWeek = day * 1440 + clock(local.slice(11, 16));
        expect(timeAllows({ kind: 'time', zone, windows }, now)).toBe(marked.has(minuteOfWeek));
      },
    ),
    { numRuns: 300 },
  );
});

// SR-3: an invalid rule or time denies.
describe('an invalid rule or time', () => {
  const always = { days: [...DAYS], fromMinute: 0, toMinute: 1440 };
  const changed = (changes: object): TimeRule => ({ kind: 'time', zone: 'UTC', windows: [always], ...changes });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [8.64e15 + 1], [-8.64e15 - 1]])('denies at %d', (now) => {
    expect(timeAllows(changed({}), now)).toBe(false);
  });

  test.each([
    ['an unknown zone', { zone: 'Europe/Atlantis' }, 'the zone is not an IANA time zone'],
    ['no zone', { zone: '' }, 'the zone is not an IANA time zone'],
    ['an offset for a zone', { zone: '+02:00' }, 'the zone is not an IANA time zone'],
    ['no windows', { windows: [] }, 'a time filter needs at least one window'],
    ['no days', { windows: [{ ...always, days: [] }] }, 'window 1 has no days'],
    ['an unknown day', { windows: [always, { ...always, days: ['day'] }] }, 'window 2 names an unknown day'],
    [
      'a begin at 1440',
      { windows: [{ ...always, fromMinute: 1440, toMinute: 60 }] },
      'window 1 begins outside 0 to 1439',
    ],
    ['a begin below 0', { windows: [{ ...always, fromMinute: -1 }] }, 'window 1 begins outside 0 to 1439'],
    ['half a minute', { windows: [{ ...always, fromMinute: 0.5 }] }, 'window 1 begins outside 0 to 1439'],
    ['an end past 1440', { windows: [{ ...always, toMinute: 1441 }] }, 'window 1 ends outside 0 to 1440'],
    ['an empty window', { windows: [{ ...always, fromMinute: 60, toMinute: 60 }] }, 'window 1 is empty'],
  ])('%s', (_name, changes, problem) => {
    expect(timeProblems(changed(changes))).toEqual([problem]);
    expect(timeAllows(changed(changes), at('2026-06-01T12:00Z'))).toBe(false);
  });

  test('accepts zones by their older names and in any letter case', () => {
    for (const zone of ['Europe/Kiev', 'europe/kyiv', 'US/Eastern', 'UTC', 'Etc/GMT-2']) {
      expect(timeProblems(changed({ zone }))).toEqual([]);
    }
  });
});
