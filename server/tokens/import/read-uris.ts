import { parseUrl } from '@countersign/protocol/parse-url';
import { base32Decode } from '../kinds/oath/base32.ts';
import { accountName } from './account-name.ts';
import { flawOf, ImportError, type ImportRow } from './import-file.ts';
import { type MigrationPart, readMigration } from './read-migration.ts';
import { validateToken } from './validate-token.ts';

const MAX_URI_LENGTH = 4096;
const MAX_MIGRATION_LENGTH = 65_536;
/** What is read between two pauses. */
const LINES = 1000;
const CHARACTERS = 65_536;

/**
 * Reads `otpauth://` URIs (Key URI format) and `otpauth-migration://` ones, one per line; ignores empty lines and `#`
 * lines. `undefined` marks a pause for other work.
 */
export function* readUris(text: string, parts: MigrationPart[]): Generator<ImportRow | undefined> {
  let line = 0;
  let sincePause = 0;
  for (const [raw] of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    line += 1;
    sincePause += raw.length;
    if (line % LINES === 0 || sincePause >= CHARACTERS) {
      sincePause = 0;
      yield undefined;
    }
    const uri = raw.trim();
    if (uri === '' || uri.startsWith('#')) continue;
    if (/^otpauth-migration:/i.test(uri)) {
      const found = flawOf(() => readMigration(bounded(uri, MAX_MIGRATION_LENGTH)));
      if ('flaw' in found) yield { line, outcome: found };
      else {
        parts.push(found.read.part);
        for (const outcome of found.read.outcomes) yield { line, outcome };
      }
      continue;
    }
    const found = flawOf(() => readUri(uri));
    yield { line, outcome: 'flaw' in found ? found : { token: found.read } };
  }
}

function bounded(uri: string, longest: number): string {
  if (uri.length > longest) throw new ImportError('ROW_MALFORMED');
  return uri;
}

/**
 * @param fallback its name if the URI has none
 * @throws ImportError
 */
export function readUri(text: string, fallback?: string) {
  const uri = /^otpauth:\/\//i.test(text) ? parseUrl(bounded(text, MAX_URI_LENGTH)) : undefined;
  if (!uri) throw new ImportError('ROW_MALFORMED');
  const parameters = new Map<string, string>();
  for (const [name, value] of uri.searchParams) {
    const plain = name.toLowerCase();
    // Parsers differ in which of the two counts (SR-57).
    if (parameters.has(plain)) throw new ImportError('ROW_MALFORMED');
    parameters.set(plain, value);
  }
  const secret = base32Decode(parameters.get('secret') ?? '');
  if (!parameters.get('secret')) throw new ImportError('SEED_MISSING');
  if (secret === undefined) throw new ImportError('SEED_MALFORMED');
  return validateToken(
    {
      kind: uri.hostname,
      name: accountName(decoded(uri.pathname.replace(/^\//, '')), parameters.get('issuer')) || fallback,
      algorithm: parameters.get('algorithm'),
      digits: parameters.get('digits'),
      periodSeconds: parameters.get('period'),
      counter: parameters.get('counter'),
    },
    secret,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ImportError('ROW_MALFORMED');
  }
}
