import { WEEKDAYS } from '@countersign/protocol/filters';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange } from '../../server/kernel/addresses.ts';
import { geoProblems } from '../../server/resources/filters/geo.ts';
import { timeAllows, timeProblems } from '../../server/resources/filters/time.ts';
import { clockText, countriesIn, isLike, isRange, STEPS, slotsOf, stepOf, weekOf, windowsOf } from './rules.ts';

describe('countries', () => {
  test('are exactly those that the service accepts', () => {
    const offered = countriesIn('en').map(({ code }) => code);
    const rule = (code: string) => ({ kind: 'geo', mode: 'allow', countries: [code], unlocated: 'deny' }) as const;
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const taken = letters
      .flatMap((first) => letters.map((second) => first + second))
      .filter((code) => geoProblems({ ...rule(code), countries: [code] }).length === 0);
    expect([...offered].sort()).toEqual(taken);
    expect(offered.length).toBeGreaterThan(240);
  });

  test('are found by name in the language of the page, without accents, and by code', () => {
    const find = (lang: string, typed: string) =>
      countriesIn(lang)
        .filter((one) => isLike(one, typed))
        .map(({ code }) => code);
    expect(find('de', 'osterreich')).toEqual(['AT']);
    expect(find('en', 'aust')).toEqual(['AU', 'AT']);
    expect(find('en', 'ua')).toContain('UA');
    expect(find('en', 'nowhere at all')).toEqual([]);
  });
});

const weeks = fc.constantFrom(...STEPS).chain((step) =>
  fc.record({
    step: fc.constant(step),
    week: fc.uniqueArray(fc.nat(slotsOf(step) * 7 - 1)).map((parts) => new Set(parts)),
  }),
);

describe('a week', () => {
  test('survives writing and reading, and the service accepts it', () => {
    fc.assert(
      fc.property(weeks, ({ step, week }) => {
        const windows = windowsOf(week, step);
        expect(weekOf(windows, step)).toEqual(week);
        if (week.size === 0) return;
        const rule = {
          kind: 'time' as const,
          zone: 'UTC',
          windows: windows.map((one) => ({ ...one, days: [...one.days] })),
        };
        expect(timeProblems(rule)).toEqual([]);
      }),
    );
  });

  test('allows exactly the drawn hours, as the service decides', () => {
    const monday = Date.parse('2026-06-01T00:00Z');
    fc.assert(
      fc.property(weeks, fc.nat(7 * 1440 - 1), ({ step, week }, minute) => {
        const windows = windowsOf(week, step).map((one) => ({ ...one, days: [...one.days] }));
        const isDrawn = week.has(Math.floor(minute / step));
        expect(timeAllows({ kind: 'time', zone: 'UTC', windows }, monday + minute * 60_000)).toBe(isDrawn);
      }),
    );
  });

  test('draws a window past midnight on both days, also from Sunday to Monday', () => {
    const week = weekOf([{ days: ['sun'], fromMinute: 1380, toMinute: 60 }], 60);
    expect([...week].sort((one, other) => one - other)).toEqual([0, 167]);
  });

  test('merges the same hours on several days into one window', () => {
    const office = { days: WEEKDAYS.slice(0, 5), fromMinute: 480, toMinute: 1080 };
    expect(windowsOf(weekOf([office], 60), 60)).toEqual([office]);
  });

  test('recognizes windows that are too fine to draw', () => {
    const at = (fromMinute: number) => [{ days: ['mon' as const], fromMinute, toMinute: 1440 }];
    expect([stepOf(at(480)), stepOf(at(510)), stepOf(at(525)), stepOf(at(485))]).toEqual([60, 30, 15, undefined]);
    expect([clockText(0), clockText(525), clockText(1440)]).toEqual(['00:00', '08:45', '24:00']);
  });
});

describe('ranges', () => {
  test('are accepted if the service accepts them', () => {
    const octet = fc.nat(255);
    const v4 = fc.tuple(octet, octet, octet, octet).map((bytes) => bytes.join('.'));
    fc.assert(
      fc.property(fc.oneof(v4, fc.ipV6()), fc.option(fc.nat(140)), (address, length) => {
        const text = length === null ? address : `${address}/${length}`;
        if (parseRange(text) !== undefined) expect(isRange(text)).toBe(true);
      }),
    );
  });

  test.each([
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '10.0.0.0/33',
    '::/129',
    ':::',
    'a.example',
    '1.2.3.4/',
    '[::1]',
  ])('%s is refused', (text) => {
    expect([isRange(text), parseRange(text)]).toEqual([false, undefined]);
  });
});
