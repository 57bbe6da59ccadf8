import type { ChangesPage, RecordName } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { CHANGES, NOTE } from './library.ts';
import { nameOfDocument, nameOfEntry } from './scan-keys.ts';

const PAGE = 1000;

interface Source {
  readonly client: Client;
  readonly keys: Keys;
  readonly prefix: string;
}

/** What a failover undoes here is begun again by the next backup. */
export async function beginNotes(
  { client, keys }: Source,
  partition: number,
  forgotten: number | undefined,
): Promise<void> {
  await client.fcall(NOTE, 2, keys.state(partition), keys.changes(partition), forgotten ?? '-');
}

/** Undefined if commits did not note everything since. */
export async function readNotes(
  { client, keys, prefix }: Source,
  partition: number,
  after: number,
): Promise<ChangesPage | undefined> {
  const names = [keys.state(partition), keys.changes(partition)];
  for (let limit = PAGE; ; limit *= 2) {
    const found = await client.callBuffer('fcall', CHANGES, 2, ...names, after, limit);
    if (!Array.isArray(found)) return undefined;
    const notes = pairs(found as Buffer[]);
    const last = notes.length === limit ? notes.at(-1)?.version : undefined;
    // The last commit may go on behind the page.
    const whole = notes.filter(({ version }) => version !== last);
    const next = last === undefined ? undefined : whole.at(-1)?.version;
    // All are of one commit.
    if (last !== undefined && next === undefined) continue;
    return { names: whole.flatMap(({ member }) => nameOf(prefix, member) ?? []), next };
  }
}

function pairs(found: readonly Buffer[]): { member: Buffer; version: number }[] {
  return found.flatMap((member, at) => (at % 2 === 0 ? [{ member, version: Number(found[at + 1]) }] : []));
}

/** Undefined for what is no name; `countersign.lua` describes the members. */
function nameOf(prefix: string, member: Buffer): RecordName | undefined {
  const kind = member.toString('latin1', 0, 1);
  if (kind === 'd') return nameOfDocument(prefix, member.subarray(1));
  if (kind !== 'i') return undefined;
  const start = member.indexOf(':') + 1;
  const end = start + Number(member.toString('latin1', 1, start - 1));
  return nameOfEntry(prefix, member.subarray(start, end), member.subarray(end));
}
