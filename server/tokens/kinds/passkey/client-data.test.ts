import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CeremonyRules, clientDataFault } from './client-data.ts';

const RULES: CeremonyRules = {
  challenge: 'c2luZ2xlLXVzZQ',
  origin: 'https://auth.example',
  topOrigin: 'https://shop.example',
};
const IN_FRAME = {
  type: 'webauthn.get',
  challenge: RULES.challenge,
  origin: RULES.origin,
  crossOrigin: true,
  topOrigin: RULES.topOrigin,
};

const encode = (data: unknown) => Buffer.from(JSON.stringify(data)).toString('base64url');
const faultOf = (data: unknown, rules = RULES) => clientDataFault(encode(data), 'webauthn.get', rules);

// SR-61
describe('SR-61: client data', () => {
  test('from the frame on its page, from browsers that omit the page, and from a window of the service itself are accepted', () => {
    expect(faultOf(IN_FRAME)).toBeUndefined();
    expect(faultOf({ ...IN_FRAME, topOrigin: undefined })).toBeUndefined();
    expect(faultOf({ ...IN_FRAME, topOrigin: undefined, crossOrigin: false })).toBeUndefined();
    expect(faultOf({ ...IN_FRAME, topOrigin: undefined, crossOrigin: undefined })).toBeUndefined();
  });

  test.each([
    ['another challenge', { challenge: 'c2luZ2xlLXVzZR' }, 'challenge'],
    ['no challenge', { challenge: undefined }, 'challenge'],
    ['the other ceremony', { type: 'webauthn.create' }, 'type'],
    ['a phishing page', { origin: 'https://auth.example.evil.example' }, 'origin'],
    ['the origin of the page around the frame', { origin: RULES.topOrigin }, 'origin'],
    ['the service under another scheme', { origin: 'http://auth.example' }, 'origin'],
    ['the service on another port', { origin: 'https://auth.example:8443' }, 'origin'],
    ['a hostile page around the frame', { topOrigin: 'https://evil.example' }, 'top-origin'],
    ['a page that only begins like the right one', { topOrigin: 'https://shop.example.evil.example' }, 'top-origin'],
    ['a page around what says that it is in none', { crossOrigin: false }, 'top-origin'],
    ['a page that is no text', { topOrigin: null }, 'top-origin'],
    ['a crossOrigin that is no flag', { crossOrigin: 'true' }, 'malformed'],
    ['a crossOrigin of null', { crossOrigin: null }, 'malformed'],
  ])('SR-61: with %s are refused', (_, change, fault) => {
    expect(faultOf({ ...IN_FRAME, ...change })).toBe(fault);
  });

  test('from a frame are refused without one', () => {
    const alone = { ...RULES, topOrigin: RULES.origin };
    expect(faultOf({ ...IN_FRAME, crossOrigin: false, topOrigin: undefined }, alone)).toBeUndefined();
    expect(faultOf({ ...IN_FRAME, topOrigin: undefined }, alone)).toBe('cross-origin');
    expect(faultOf({ ...IN_FRAME, topOrigin: RULES.origin }, alone)).toBe('cross-origin');
  });

  test('from a related origin are accepted, with the same rules about the page around', () => {
    const related = { ...RULES, relatedOrigins: ['https://auth.example.de'] };
    const there = { ...IN_FRAME, origin: 'https://auth.example.de' };
    expect(faultOf(there, related)).toBeUndefined();
    expect(faultOf(IN_FRAME, related)).toBeUndefined();
    expect(faultOf(there)).toBe('origin');
    expect(faultOf({ ...there, topOrigin: there.origin }, related)).toBe('top-origin');
    expect(faultOf({ ...there, topOrigin: undefined }, { ...related, topOrigin: RULES.origin })).toBe('cross-origin');
    for (const origin of [
      ['https://auth.example.de'],
      `${there.origin}/`,
      `${there.origin},${RULES.origin}`,
      '',
      null,
    ]) {
      expect(faultOf({ ...there, origin }, related)).toBe('origin');
    }
  });

  test('an empty challenge is invalid on either side', () => {
    expect(faultOf({ ...IN_FRAME, challenge: '' }, { ...RULES, challenge: '' })).toBe('challenge');
  });

  test.each(['', '!', 'bnVsbA', 'W10', 'NDI', 'eyJ0eXBlIjo', ' e30', 'e30=', 'e30'])('%j is no client data', (text) => {
    expect(clientDataFault(text, 'webauthn.get', RULES)).toBeDefined();
  });

  test('they are accepted only with the right type, challenge, origin and page, whatever else they contain', () => {
    const some = <T>(right: T, others: T[]) => fc.constantFrom(right, ...others);
    const any = fc.record({
      type: some('webauthn.get', ['webauthn.create', 'payment.get', '']),
      challenge: some(RULES.challenge, ['x', '']),
      origin: some(RULES.origin, [RULES.topOrigin, 'null', 'https://AUTH.example']),
      crossOrigin: some<unknown>(true, [false, undefined, 1]),
      topOrigin: some<unknown>(RULES.topOrigin, [undefined, RULES.origin, 'https://evil.example', '']),
      more: fc.jsonValue(),
    });
    fc.assert(
      fc.property(any, (data) => {
        const passes =
          data.type === 'webauthn.get' &&
          data.challenge === RULES.challenge &&
          data.origin === RULES.origin &&
          (data.topOrigin === undefined
            ? data.crossOrigin !== 1
            : data.crossOrigin === true && data.topOrigin === RULES.topOrigin);
        expect(faultOf(data) === undefined).toBe(passes);
      }),
    );
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(clientDataFault(text, 'webauthn.create', RULES)).toBeDefined();
      }),
    );
  });
});
