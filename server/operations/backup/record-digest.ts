import { hash } from 'node:crypto';
import { DIGEST_LENGTH } from '@countersign/protocol/backup-text';
import type { ArchiveFile } from '../../events/log/archive-file.ts';
import type { IncrementRecord } from './backup-records.ts';

/** What distinguishes a record from all others of the same backup: it replaces one of an earlier backup with this key. */
export type RecordKey =
  | { readonly d: readonly [string, string] }
  | { readonly i: string; readonly e: readonly [string, string]; readonly p: number }
  | { readonly a: Pick<ArchiveFile, 'account' | 'first'> };

/** The key of a record; undefined for what no later backup replaces. */
export function keyOf(record: IncrementRecord): RecordKey | undefined {
  return 'd' in record || 'i' in record || 'a' in record ? record : undefined;
}

/**
 * The first 64 bits of a hash of the key, hexadecimal. Without the salt, which is as long for each series, names cannot be tried.
 *
 * @param salt of the series, unguessable
 */
export function digestOf(salt: string, key: RecordKey): string {
  // Unlike UTF-8, it distinguishes any two texts.
  return hash('sha256', Buffer.from(salt + textOf(key), 'utf16le'), 'hex').slice(0, DIGEST_LENGTH);
}

/** With lengths, as the parts may contain anything. */
function textOf(key: RecordKey): string {
  if ('d' in key) return `d${key.d[0].length}:${key.d[0]}${key.d[1]}`;
  if ('a' in key) return `a${key.a.first}:${key.a.account}`;
  const { i, e, p } = key;
  return `i${p}:${i.length}:${i}${e[0].length}:${e[0]}${e[1]}`;
}
