import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openTables, peek, type Table } from '../../server/store/lmdb/tables.ts';
import { takeJobs } from '../processes/child.ts';

/**
 * The floor of an import: the durable commits of each row with the bytes that the service writes, by the database's own
 * client, with as many rows at once. No request, rule, operation or reader of events.
 */
export interface ImportCommitsJob {
  folder: string;
  rows: number;
}

/** Three requests of the command at a time, 32 rows of each. */
const ROWS_AT_ONCE = 96;
/** Sizes of the service's documents, with their headers, and of the event of a creation. */
const RECORD = Buffer.alloc(131, 'r');
const USER = Buffer.alloc(319, 'u');
const MARK = Buffer.alloc(69, 'm');
const CLAIM = Buffer.alloc(42, 'c');
const EVENT = Buffer.alloc(216, 'e');
const NOTHING = Buffer.alloc(0);
const ACCOUNT = 'acc_01k8dq9z2mp';

async function importRows({ folder, rows }: ImportCommitsJob): Promise<{ seconds: number }> {
  const { root, tables } = openTables(join(folder, 'floor'));
  const { documents, expiries, index, events } = tables;
  const put = (table: Table, key: string, value: Buffer = NOTHING) => void table.put(Buffer.from(key), value);
  const create = (key: string, value: Buffer) => {
    if (peek(documents, Buffer.from(key))) throw new Error(`${key} exists`);
    put(documents, key, value);
  };
  const importRow = async (row: number): Promise<void> => {
    const record = `idempotency/${ACCOUNT}/${randomBytes(32).toString('base64url')}/idempotency`;
    await root.transaction(() => {
      create(record, RECORD);
      put(expiries, `${Date.now()}${record}`);
    });
    const user = `usr_${randomBytes(6).toString('hex')}`;
    const number = String(row);
    const names = [`person-${number}`, `person-${number}@example.com`, `4366${number.padStart(9, '0')}`];
    await root.transaction(() => {
      create(`${user}/user`, USER);
      put(documents, `${user}/made-with`, MARK);
      put(expiries, `${Date.now()}${user}/made-with`);
      put(index, `users/${ACCOUNT}/created/${Date.now()}${user}`);
      put(index, `users/${ACCOUNT}/sorted/${names[0]}${user}`);
      for (const name of [...names, `first ${number}`, `second ${number}`]) {
        put(index, `users/${ACCOUNT}/names/${name}${user}`);
      }
      put(events, number.padStart(12, '0'), EVENT);
    });
    await Promise.all(names.map((name) => root.transaction(() => create(`name/${ACCOUNT}/${name}/claim`, CLAIM))));
  };
  try {
    const started = performance.now();
    let next = 0;
    const worker = async () => {
      for (let row = next++; row < rows; row = next++) await importRow(row);
    };
    await Promise.all(Array.from({ length: ROWS_AT_ONCE }, worker));
    return { seconds: (performance.now() - started) / 1000 };
  } finally {
    await root.close();
  }
}

takeJobs(importRows);
