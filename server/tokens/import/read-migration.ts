import { BinaryReader } from '@bufbuild/protobuf/wire';
import { parseUrl } from '@countersign/protocol/parse-url';
import { accountName } from './account-name.ts';
import { flawOf, ImportError, type ImportRow } from './import-file.ts';
import { base64Decode } from './seed-format.ts';
import { validateToken } from './validate-token.ts';

/** One code of an export, which may consist of several. */
export interface MigrationPart {
  batch: number;
  size: number;
  index: number;
}

/** A message with more tokens is not from an authenticator app. */
const MAX_MIGRATION_TOKENS = 1000;

const KINDS = [undefined, 'hotp', 'totp'];
const ALGORITHMS = ['SHA1', 'SHA1', 'SHA256', 'SHA512', 'MD5'];
const DIGITS = ['6', '6', '8', '7'];

/**
 * Reads the QR codes that Google Authenticator exports: `otpauth-migration://offline?data=`, then base64 of a protocol
 * buffer. Its definition is unpublished; the fields are those that its readers agree on.
 *
 * @throws ImportError
 */
export function readMigration(text: string): { part: MigrationPart; outcomes: ImportRow['outcome'][] } {
  const url = parseUrl(text);
  if (!url) throw new ImportError('ROW_MALFORMED');
  const data = url.searchParams.getAll('data');
  // An unescaped plus is decoded as a space.
  const bytes = data.length === 1 ? base64Decode((data[0] ?? '').replaceAll(' ', '+')) : undefined;
  if (bytes === undefined) throw new ImportError('ROW_MALFORMED');
  const fields = fieldsOf(bytes);
  const tokens = fields.filter(([number]) => number === 1);
  if (tokens.length === 0 || tokens.length > MAX_MIGRATION_TOKENS) throw new ImportError('ROW_MALFORMED');
  const outcomes = tokens.map(([, value]): ImportRow['outcome'] => {
    const found = flawOf(() => readParameters(value));
    return 'flaw' in found ? found : { token: found.read };
  });
  const part = { size: small(fields, 3), index: small(fields, 4), batch: small(fields, 5) };
  return { part, outcomes };
}

/** Whether parts of an export in several are missing. */
export function isIncomplete(parts: readonly MigrationPart[]): boolean {
  const have = new Map<number, Set<number>>();
  for (const { batch, index } of parts) have.set(batch, (have.get(batch) ?? new Set()).add(index));
  return parts.some(({ batch, size }) => (have.get(batch)?.size ?? 0) < size);
}

function readParameters(value: Value) {
  if (!(value instanceof Uint8Array)) throw new ImportError('ROW_MALFORMED');
  const fields = fieldsOf(value);
  const [label, issuer] = [textOf(fields, 2), textOf(fields, 3)];
  const secret = last(fields, 1) ?? new Uint8Array();
  if (!(secret instanceof Uint8Array)) throw new ImportError('ROW_MALFORMED');
  return validateToken(
    {
      kind: KINDS[small(fields, 6)],
      name: accountName(label, issuer === '' ? undefined : issuer),
      algorithm: ALGORITHMS[small(fields, 4)] ?? 'unknown',
      digits: DIGITS[small(fields, 5)] ?? 'unknown',
      // A zero is omitted on the wire.
      counter: String(last(fields, 7) ?? 0n),
    },
    secret,
  );
}

type Value = Uint8Array | bigint;
type Fields = [number: number, value: Value][];

/** The fields of one message that are numbers or bytes, in order; others are ignored. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = [];
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (type === VARINT) fields.push([number, BigInt(reader.int64())]);
      else if (type === BYTES) fields.push([number, reader.bytes()]);
      else reader.skip(type, number);
    }
  } catch {
    throw new ImportError('ROW_MALFORMED');
  }
  return fields;
}

const VARINT = 0;
const BYTES = 2;

/** Of a repeated field the last one counts (Protocol Buffers, encoding). */
function last(fields: Fields, number: number): Value | undefined {
  return fields.findLast(([name]) => name === number)?.[1];
}

function small(fields: Fields, number: number): number {
  const value = last(fields, number) ?? 0n;
  if (typeof value !== 'bigint' || value < -0x80000000n || value > 0x7fffffffn) throw new ImportError('ROW_MALFORMED');
  return Number(value);
}

function textOf(fields: Fields, number: number): string {
  const value = last(fields, number) ?? new Uint8Array();
  if (!(value instanceof Uint8Array)) throw new ImportError('ROW_MALFORMED');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    throw new ImportError('ROW_MALFORMED');
  }
}
