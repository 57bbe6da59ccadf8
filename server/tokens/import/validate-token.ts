import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from '../kinds/oath/code.ts';
import { KIND_RULES } from '../kinds/rules.ts';
import type { DeclaredToken } from './declared-token.ts';
import { ImportError, type ImportedToken } from './import-file.ts';

/** The kinds that can be imported. */
const KINDS = TOKEN_KINDS.filter((kind): kind is ImportedToken['kind'] => KIND_RULES[kind].import !== undefined);

/**
 * The token of a row, within the bounds of a token created by hand.
 *
 * @throws ImportError with the first flaw
 */
export function validateToken(said: DeclaredToken, secret: Uint8Array): ImportedToken {
  if (said.kind === undefined) throw new ImportError('KIND_MISSING');
  const kind = KINDS.find((known) => known === said.kind?.toLowerCase());
  const rules = kind && KIND_RULES[kind].import;
  if (!rules) throw new ImportError('KIND_UNSUPPORTED');
  if (secret.length === 0) throw new ImportError('SEED_MISSING');
  if (secret.length < SECRET_MIN_BYTES) throw new ImportError('SEED_TOO_SHORT');
  if (secret.length > SECRET_MAX_BYTES) throw new ImportError('SEED_TOO_LONG');
  const name = said.name ?? said.serial;
  if (name === undefined || !isLabel(name, 100)) throw new ImportError('NAME_INVALID');
  if (said.serial !== undefined && !isLabel(said.serial, 64)) throw new ImportError('SERIAL_INVALID');
  const record = {
    name,
    secret,
    ...omitUndefined({ serial: said.serial, owner: said.owner, expiresAt: said.expiresAt }),
  };
  return rules.read(record, kind, said);
}

function isLabel(text: string, longest: number): boolean {
  return text.trim() !== '' && text.length <= longest && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
