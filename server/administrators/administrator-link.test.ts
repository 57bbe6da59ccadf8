import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccountId, type AdministratorId, idFromBytes } from '../kernel/ids.ts';
import { CONFIRMATION_ATTEMPTS, countWrongConfirmation, parseLink, writeLink } from './administrator-link.ts';

const sevenBytes = fc.uint8Array({ minLength: 7, maxLength: 7 });
const links = fc.record({
  account: sevenBytes.map((bytes): AccountId => idFromBytes('acc', bytes)),
  administrator: sevenBytes.map((bytes): AdministratorId => idFromBytes('adm', bytes)),
  secret: fc.stringMatching(/^[A-Za-z0-9_-]{32}$/),
});

test('whatever link there is, written it is read as it was', () => {
  fc.assert(
    fc.property(links, (link) => {
      expect(parseLink(writeLink(link))).toEqual(link);
      // Behind `#` in a URL it stays as it is.
      expect(encodeURIComponent(writeLink(link))).toBe(writeLink(link));
    }),
  );
});

test('of a link from which something is missing, or to which something was added, nothing is read', () => {
  fc.assert(
    fc.property(links, fc.nat(55), fc.constantFrom('', 'AA', '.', '\n', '%', 'é'), (link, at, other) => {
      const text = writeLink(link);
      const mangled = text.slice(0, at) + other + text.slice(at + 1);
      fc.pre(mangled !== text);
      expect(parseLink(mangled)).toBeUndefined();
    }),
  );
});

test('no text, however odd, breaks it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      const link = parseLink(text);
      if (link) expect(writeLink(link)).toBe(text);
    }),
  );
});

test('a code may be wrong so many times, and the last of them takes the link along', () => {
  let confirmation = countWrongConfirmation({ mac: 'm', attemptsLeft: CONFIRMATION_ATTEMPTS });
  for (let wrong = 1; wrong < CONFIRMATION_ATTEMPTS; wrong++) {
    expect(confirmation).toEqual({ mac: 'm', attemptsLeft: CONFIRMATION_ATTEMPTS - wrong });
    confirmation = confirmation && countWrongConfirmation(confirmation);
  }
  expect(confirmation).toBeUndefined();
  for (const attemptsLeft of [0, -1]) expect(countWrongConfirmation({ mac: 'm', attemptsLeft })).toBeUndefined();
});
