import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen } from '../../testing/samples.ts';
import { evaluateFilters, validateRule } from './evaluate-filters.ts';
import type { FilterRule, GeoRule, IpRule } from './filter.ts';

const NOW = Date.parse('2026-06-01T12:00Z');
const ALLOWED = { allowed: true };
const deniedBy = (by: FilterRule['kind']) => ({ allowed: false, by });

const geo = (changes: Partial<GeoRule> = {}): GeoRule =>
  frozen({ kind: 'geo', mode: 'allow', countries: ['UA', 'PL'], unlocated: 'deny', ...changes });
const ip = (changes: Partial<IpRule> = {}): IpRule =>
  frozen({ kind: 'ip', mode: 'allow', ranges: ['192.0.2.0/24', '2001:db8::/32'], ...changes });
const time = (fromMinute: number, toMinute: number): FilterRule =>
  frozen({ kind: 'time', zone: 'UTC', windows: [{ days: ['mon'], fromMinute, toMinute }] });

const NOON = time(12 * 60, 13 * 60);
const NIGHT = time(0, 60);

describe('the geo filter', () => {
  test.each([
    ['allow', 'UA', true],
    ['allow', 'DE', false],
    ['deny', 'UA', false],
    ['deny', 'DE', true],
  ] as const)('%s list, from %s: %s', (mode, country, allowed) => {
    const verdict = evaluateFilters([geo({ mode })], { address: '192.0.2.1', country }, NOW);
    expect(verdict).toEqual(allowed ? ALLOWED : deniedBy('geo'));
  });

  test.each([
    ['allow', 'allow'],
    ['allow', 'deny'],
    ['deny', 'allow'],
    ['deny', 'deny'],
  ] as const)('%s list, address without a country: as the rule states, %s', (mode, unlocated) => {
    for (const seen of [{ address: '10.0.0.1' }, { address: '10.0.0.1', country: '?' }]) {
      const verdict = evaluateFilters([geo({ mode, unlocated })], seen, NOW);
      expect(verdict).toEqual(unlocated === 'allow' ? ALLOWED : deniedBy('geo'));
    }
  });

  test('accepts a country in lower case', () => {
    const rule = geo({ mode: 'deny', unlocated: 'allow' });
    expect(evaluateFilters([rule], { address: '192.0.2.1', country: 'ua' }, NOW)).toEqual(deniedBy('geo'));
  });
});

describe('the IP filter', () => {
  test.each([
    ['allow', '192.0.2.77', true],
    ['allow', '192.0.3.1', false],
    ['allow', '2001:db8:ffff::1', true],
    ['allow', '2001:db9::1', false],
    ['deny', '192.0.2.77', false],
    ['deny', '192.0.3.1', true],
  ] as const)('%s list, from %s: %s', (mode, address, allowed) => {
    expect(evaluateFilters([ip({ mode })], { address }, NOW)).toEqual(allowed ? ALLOWED : deniedBy('ip'));
  });

  // The attack: get past a denying rule whose range cannot be parsed.
  test('a rule with an invalid range denies every address', () => {
    for (const mode of ['allow', 'deny'] as const) {
      const broken = ip({ mode, ranges: ['192.0.2.0/24', '10.0.0.0/99'] });
      for (const address of ['192.0.2.1', '198.51.100.1']) {
        expect(evaluateFilters([broken], { address }, NOW)).toEqual(deniedBy('ip'));
      }
    }
  });
});

test('filters without countries or ranges deny in either mode', () => {
  for (const mode of ['allow', 'deny'] as const) {
    const seen = { address: '192.0.2.1', country: 'UA' };
    expect(evaluateFilters([ip({ mode, ranges: [] })], seen, NOW)).toEqual(deniedBy('ip'));
    expect(evaluateFilters([geo({ mode, countries: [] })], seen, NOW)).toEqual(deniedBy('geo'));
  }
});

// SR-25. The attack: leave the address out, or spell it so that a denying range does not match it.
describe('an address that is missing or not canonical', () => {
  const denying: FilterRule[] = [ip({ mode: 'deny' }), geo({ mode: 'deny', unlocated: 'allow' })];

  test.each([
    [undefined],
    [''],
    ['::ffff:192.0.2.1'],
    ['2001:DB8::1'],
    ['2001:db8:0::1'],
    ['192.0.2.01'],
    ['192.0.2.1 '],
    ['fe80::1%eth0'],
    ['203.0.113.9, 192.0.2.1'],
  ])('%j is denied by every filter that needs an address', (address) => {
    for (const rule of denying) {
      const seen = address === undefined ? { country: 'DE' } : { address, country: 'DE' };
      expect(evaluateFilters([rule], seen, NOW)).toEqual(deniedBy(rule.kind));
    }
  });

  test('passes a time filter, which needs none', () => {
    expect(evaluateFilters([NOON], {}, NOW)).toEqual(ALLOWED);
    expect(evaluateFilters([NIGHT], {}, NOW)).toEqual(deniedBy('time'));
  });
});

describe('several filters', () => {
  const pass: FilterRule[] = [geo(), NOON, ip()];
  const refuse: FilterRule[] = [geo({ mode: 'deny' }), NIGHT, ip({ mode: 'deny' })];
  const seen = { address: '192.0.2.1', country: 'UA' };

  test('none allows', () => {
    expect(evaluateFilters([], {}, NOW)).toEqual(ALLOWED);
  });

  test('all have to allow, in any order, and the first that refuses is named', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...pass, ...refuse]), (rules) => {
        const first = rules.find((rule) => refuse.includes(rule));
        expect(evaluateFilters(rules, seen, NOW)).toEqual(first ? deniedBy(first.kind) : ALLOWED);
      }),
    );
  });

  // SR-3
  test('denies by a rule of a kind unknown to this release', () => {
    const later = JSON.parse('{"kind": "device"}');
    expect(evaluateFilters([later], seen, NOW)).toEqual({ allowed: false, by: 'device' });
  });
});

describe('validation of a rule', () => {
  test('accepts valid rules', () => {
    for (const rule of [geo(), ip(), NOON, NIGHT]) expect(validateRule(rule)).toEqual([]);
  });

  test('accepts every country of the ISO list', () => {
    const some = ['AD', 'AQ', 'BV', 'CW', 'GB', 'HK', 'IO', 'SS', 'TL', 'TW', 'UA', 'US', 'VA', 'XK', 'ZA', 'ZW'];
    expect(validateRule(geo({ countries: some }))).toEqual([]);
  });

  test.each([['ua'], ['UKR'], ['U'], [''], ['UK'], ['EU'], ['ZZ'], ['QQ'], ['SU'], ['U\u0410'], ['UA ']])(
    '%j is no country',
    (code) => {
      expect(validateRule(geo({ countries: ['UA', code] }))).toEqual([
        'country 2 is not an ISO 3166-1 alpha-2 code in upper case',
      ]);
    },
  );

  test('lists every problem', () => {
    expect(validateRule(geo({ countries: [] }))).toEqual(['a geo filter needs at least one country']);
    expect(validateRule(ip({ ranges: [] }))).toEqual(['an IP filter needs at least one range']);
    expect(validateRule(ip({ ranges: ['10.0.0.0/8', '10/8', 'any'] }))).toEqual([
      'range 2 is not an address or a CIDR range',
      'range 3 is not an address or a CIDR range',
    ]);
    expect(validateRule({ kind: 'time', zone: 'Mars', windows: [] })).toHaveLength(2);
  });
});
