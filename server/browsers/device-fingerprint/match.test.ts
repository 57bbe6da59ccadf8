import { TRAITS, type Trait } from '@countersign/protocol/resources';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_WEIGHTS, type TraitWeights } from '../../resources/environment-check.ts';
import { type Environment, environmentOf } from './browser-signals.ts';
import { bestMatch, matchPercent } from './match.ts';

const value = fc.constantFrom('a', 'b', 'c');
const environments = fc.record(
  Object.fromEntries(TRAITS.map((trait) => [trait, value])) as Record<Trait, typeof value>,
  { requiredKeys: [] },
) as fc.Arbitrary<Environment>;
const weight = fc.integer({ min: 0, max: 100 });
const weights = fc.record(Object.fromEntries(TRAITS.map((trait) => [trait, weight]))) as fc.Arbitrary<TraitWeights>;

describe('the match of two browsers', () => {
  test('is an integer percentage, the same from both sides', () => {
    fc.assert(
      fc.property(weights, environments, environments, (rule, one, other) => {
        const percent = matchPercent(rule, one, other);
        expect(Number.isInteger(percent) && percent >= 0 && percent <= 100).toBe(true);
        expect(matchPercent(rule, other, one)).toBe(percent);
      }),
    );
  });

  test('is 100 for the same browser if any weighted trait is reported, and 100 only if all weighted traits are the same', () => {
    fc.assert(
      fc.property(weights, environments, environments, (rule, one, other) => {
        const counts = TRAITS.some((trait) => one[trait] !== undefined && rule[trait] > 0);
        expect(matchPercent(rule, one, one)).toBe(counts ? 100 : 0);
        const differs = TRAITS.some((trait) => one[trait] !== other[trait] && rule[trait] > 0);
        if (differs) expect(matchPercent(rule, one, other)).toBeLessThan(100);
      }),
    );
  });

  test('never falls when an equal trait weighs more, nor rises when a different one does', () => {
    fc.assert(
      fc.property(
        weights,
        environments,
        environments,
        fc.constantFrom(...TRAITS),
        weight,
        (rule, one, other, trait, more) => {
          const heavier = { ...rule, [trait]: Math.min(100, rule[trait] + more) };
          const [before, after] = [matchPercent(rule, one, other), matchPercent(heavier, one, other)];
          if (one[trait] === other[trait]) expect(after).toBeGreaterThanOrEqual(before);
          else expect(after).toBeLessThanOrEqual(before);
        },
      ),
    );
  });

  test('never rises when a browser hides a trait that the other reports', () => {
    fc.assert(
      fc.property(weights, environments, environments, fc.constantFrom(...TRAITS), (rule, known, shown, trait) => {
        const { [trait]: _hidden, ...hiding } = shown;
        if (known[trait] === undefined) return;
        expect(matchPercent(rule, known, hiding)).toBeLessThanOrEqual(matchPercent(rule, known, shown));
      }),
    );
  });

  test('is that of the best remembered browser, and undefined without any', () => {
    fc.assert(
      fc.property(environments, fc.array(environments), (shown, remembered) => {
        const best = bestMatch(DEFAULT_WEIGHTS, shown, remembered);
        const each = remembered.map((known) => matchPercent(DEFAULT_WEIGHTS, known, shown));
        expect(best).toBe(each.length === 0 ? undefined : each.sort((a, b) => b - a)[0]);
      }),
    );
  });
});

describe('the traits of a browser', () => {
  test('are short texts of known shape, for any input', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('de-DE', 'Europe/Berlin', '__proto__', 'Etc/GMT+1'),
    );
    const number = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(text, text, text, number, number, (language, zone, userAgent, width, colourDepth) => {
        const said = { language, zone, userAgent, colourDepth, screen: { width, height: 1080 } };
        for (const trait of Object.values(environmentOf(said))) expect(trait).toMatch(/^[a-z0-9/_+-]{1,100}$/);
      }),
    );
  });

  test('are the same for a rotated phone, and never contain the user agent', () => {
    const userAgent =
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36';
    const upright = environmentOf({ screen: { width: 412, height: 915 }, userAgent });
    expect(upright).toEqual({ screen: '915x412', platform: 'android', browser: 'chrome' });
    expect(environmentOf({ screen: { width: 915, height: 412 }, userAgent })).toEqual(upright);
  });

  test.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0',
      'windows',
      'edge',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15',
      'macos',
      'safari',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/141.0 Mobile Safari/604.1',
      'ios',
      'chrome',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'linux', 'firefox'],
    ['Mozilla/5.0 (X11; CrOS x86_64 16093) AppleWebKit/537.36 Chrome/141.0 Safari/537.36', 'chromeos', 'chrome'],
    ['curl/8.5.0', 'other', 'other'],
  ])('take families from %s', (userAgent, platform, browser) => {
    expect(environmentOf({ userAgent })).toEqual({ platform, browser });
  });
});
