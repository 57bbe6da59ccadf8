import { writeSync } from 'node:fs';
import { createArchiveFolder } from '../../platform/archive-folder/archive-folder.ts';
import { accountId } from '../samples.ts';

/** A process to be traced: writes archive files and prints a line for each. */
const [root = '', count = '0'] = process.argv.slice(2);
const archive = createArchiveFolder(root);
for (let at = 1; at <= Number(count); at++) {
  const name = `${accountId(1)}/${String(at).padStart(16, '0')}-${'a'.repeat(32)}.jsonl`;
  await archive.put(name, new TextEncoder().encode(`{"segment":${at}}\n`.repeat(1000)));
  writeSync(1, 'acknowledged\n');
}
