import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import sqlite from 'node-sqlite3-wasm';
import { settings } from './settings.ts';

export interface User {
  id: number;
  name: string;
  /** Null for a user who signs in by other means. */
  password: string | null;
  /** The user's id at Countersign, `usr_...`. */
  countersign_id: string | null;
}

/** The user with that value, unless blocked. The table: id, name, password, countersign_id, blocked. */
export function findUser(column: 'id' | 'name' | 'countersign_id', value: string): User | undefined {
  const database = new sqlite.Database(settings.database, { readOnly: true });
  try {
    return (database.get(`SELECT * FROM users WHERE ${column} = ? AND NOT blocked`, value) ?? undefined) as
      | User
      | undefined;
  } finally {
    database.close();
  }
}

/** For names without a password, so that they take as long as others. */
const NO_PASSWORD = `${randomBytes(16).toString('hex')}$${randomBytes(32).toString('hex')}`;

/** The user, if the password is right. Stored is `salt$scrypt`, in hexadecimal. */
export function checkPassword(name: string, password: string): User | undefined {
  const user = findUser('name', name);
  const [salt = '', hash = ''] = (user?.password || NO_PASSWORD).split('$');
  const expected = Buffer.from(hash, 'hex');
  return timingSafeEqual(scryptSync(password, salt, expected.length), expected) ? user : undefined;
}
