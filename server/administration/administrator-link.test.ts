import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccountId, type AdministratorId, idFromBytes } from '../kernel/ids.ts';
import { parseLink, writeLink } from './administrator-link.ts';

const sevenBytes = fc.uint8Array({ minLength: 7, maxLength: 7 });
const links = fc.record({
  account: sevenBytes.map((bytes): AccountId => idFromBytes('acc', bytes)),
  administrator: sevenBytes.map((bytes): AdministratorId => idFromBytes('adm', bytes)),
  secret: fc.stringMatching(/^[A-Za-z0-9_-]{32}$/),
});

test('reads every link back as it was written', () => {
  fc.assert(
    fc.property(links, (link) => {
      expect(parseLink(writeLink(link))).toEqual(link);
      // A URL fragment keeps it unescaped.
      expect(encodeURIComponent(writeLink(link))).toBe(writeLink(link));
    }),
  );
});

test('rejects a link with a part missing or added', () => {
  fc.assert(
    fc.property(links, fc.nat(55), fc.constantFrom('', 'AA', '.', '\n', '%', 'é'), (link, at, other) => {
      const text = writeLink(link);
      const mangled = text.slice(0, at) + other + text.slice(at + 1);
      fc.pre(mangled !== text);
      expect(parseLink(mangled)).toBeUndefined();
    }),
  );
});

test('never throws on any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      const link = parseLink(text);
      if (link) expect(writeLink(link)).toBe(text);
    }),
  );
});
