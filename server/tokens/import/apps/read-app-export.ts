import { flawOf, ImportError, type ImportRow } from '../import-file.ts';
import type { OpeningKeys } from '../pskc/open-container.ts';
import { readAegis } from './aegis.ts';
import { type AppEntry, type AppExport, type Lock, membersOf } from './app-export.ts';
import { readBitwarden } from './bitwarden.ts';
import { parseJson } from './parse-json.ts';
import { readTwoFas } from './two-fas.ts';

/** The rows read between two pauses. */
const ROWS_PER_TURN = 25;

/**
 * Reads an export of Aegis, 2FAS or Bitwarden. Rows are counted from 1. `undefined` marks a pause for other work; every
 * other yielded value asks for the key of a lock.
 *
 * @throws ImportError
 */
export function* readAppExport(
  text: string,
  { password, preSharedKey }: OpeningKeys,
): Generator<Lock['derivation'] | undefined, ImportRow[], Uint8Array | undefined> {
  const found = exportOf(yield* parseJson(text));
  const isLocked = 'locks' in found;
  if (!isLocked && (password !== undefined || preSharedKey !== undefined)) throw new ImportError('NOT_ENCRYPTED');
  if (isLocked && password === undefined) throw new ImportError('PASSWORD_NEEDED');
  const entries = isLocked ? yield* unlock(found.locks) : found.entries;
  if (entries.length === 0) throw new ImportError('FILE_EMPTY');
  const rows: ImportRow[] = [];
  for (const [at, entry] of entries.entries()) {
    const read = flawOf(entry);
    rows.push({ line: at + 1, outcome: 'flaw' in read ? read : { token: read.read } });
    if (rows.length % ROWS_PER_TURN === 0) yield undefined;
  }
  return rows;
}

/** Each app has members that no other has. */
function exportOf(content: unknown): AppExport {
  const members = membersOf(content);
  if ('header' in members && 'db' in members) return readAegis(members);
  if ('schemaVersion' in members && 'services' in members) return readTwoFas(members);
  if ('encrypted' in members) return readBitwarden(members);
  throw new ImportError('APP_EXPORT_UNKNOWN');
}

function* unlock(
  locks: readonly Lock[],
): Generator<Lock['derivation'] | undefined, readonly AppEntry[], Uint8Array | undefined> {
  for (const { derivation, open, entriesOf } of locks) {
    const key = yield derivation;
    const opened = key && open(key);
    if (opened) return entriesOf(yield* parseJson(opened.toString('utf8')));
  }
  throw new ImportError('KEY_WRONG');
}
