import { claimCases } from './claim-cases.ts';
import { encodingCases } from './encoding-cases.ts';
import { publicJwk, TEST_KEYS, type TestKeyName } from './forge.ts';
import { headerCases } from './header-cases.ts';
import { optionCases } from './option-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { DEFAULTS, type VectorCase } from './vector-case.ts';

/** What the service publishes. Some of it must not be used; results signed with that are among the cases. */
const PUBLISHED: TestKeyName[] = ['es256', 'es256Next', 'eddsa', 'rs256', 'withoutAlg', 'forEncryption'];

/** The whole content of `shared/vectors/results.json`, the same each time. */
function makeCorpus(): { about: string; version: number; defaults: object; jwks: object; cases: VectorCase[] } {
  const cases = [...signatureCases(), ...headerCases(), ...encodingCases(), ...claimCases(), ...optionCases()];
  const names = new Set(cases.map(({ name }) => name));
  if (names.size !== cases.length) throw new Error('Two cases have the same name.');
  return {
    about: 'Results to accept and to refuse. Made by tools/make-result-vectors.ts; the format is told in README.md.',
    version: 1,
    defaults: DEFAULTS,
    jwks: { keys: PUBLISHED.map((name) => publicJwk(TEST_KEYS[name])) },
    cases,
  };
}

/** As the formatter leaves it: lists of plain strings on one line. */
export function printCorpus(): string {
  const text = JSON.stringify(makeCorpus(), null, 2);
  return `${text.replaceAll(/\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g, (_list, items: string) => `[${items.replaceAll(/\s+/g, ' ')}]`)}\n`;
}
