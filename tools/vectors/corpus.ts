import type { JsonWebKey } from 'node:crypto';
import { claimCases } from './claim-cases.ts';
import { encodingCases } from './encoding-cases.ts';
import { publicJwk, TEST_KEYS, type TestKeyName } from './forge.ts';
import { headerCases } from './header-cases.ts';
import { nonceCases } from './nonce-cases.ts';
import { optionCases } from './option-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { spellingCases } from './spelling-cases.ts';
import { DEFAULTS } from './vector-case.ts';
import { WEAK_KEYS, weakKeyCases } from './weak-key-cases.ts';
import { WEBHOOK_DEFAULTS, webhookCases } from './webhook-cases.ts';

/** The keys that the service publishes. Some must not be used; cases include results signed with those. */
const PUBLISHED: TestKeyName[] = ['es256', 'es256Next', 'eddsa', 'rs256', 'withoutAlg', 'forEncryption'];

/** The content of each generated file, which is deterministic. */
export const CORPUS: Readonly<Record<string, () => string>> = {
  'results.json': () =>
    print('Results to accept and to refuse.', { defaults: DEFAULTS, jwks: publish(PUBLISHED, WEAK_KEYS) }, [
      ...signatureCases(),
      ...weakKeyCases(),
      ...headerCases(),
      ...encodingCases(),
      ...spellingCases(),
      ...claimCases(),
      ...optionCases(),
    ]),
  'nonces.json': () =>
    print('Nonces that a session holds, and what a result says.', { defaults: DEFAULTS, jwks: publish(['es256']) }, [
      ...nonceCases(),
    ]),
  'webhooks.json': () => print('Requests to a webhook.', { defaults: WEBHOOK_DEFAULTS }, webhookCases()),
};

function publish(names: readonly TestKeyName[], others: readonly JsonWebKey[] = []): object {
  return { keys: [...names.map((name) => publicJwk(TEST_KEYS[name])), ...others] };
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const LIST_OF_STRINGS = new RegExp(`^( *(?:${STRING}: )?)\\[\\s+(${STRING}(?:,\\s+${STRING})*)\\s+\\](,?)$`, 'gm');
const WIDTH = 120;

/** Formatted as the formatter does: lists of plain strings on one line if they fit. */
function print(about: string, setup: object, cases: readonly { name: string }[]): string {
  if (new Set(cases.map(({ name }) => name)).size !== cases.length) throw new Error('Two cases have the same name.');
  const message = `${about} Made by tools/make-vectors.ts; the format is told in README.md.`;
  const text = JSON.stringify({ about: message, version: 1, ...setup, cases }, null, 2);
  const tidy = text.replaceAll(LIST_OF_STRINGS, (list, before: string, items: string, after: string) => {
    const line = `${before}[${items.replaceAll(/,\n\s*/g, ', ')}]${after}`;
    return line.length <= WIDTH ? line : list;
  });
  return `${tidy}\n`;
}
