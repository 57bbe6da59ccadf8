import { readFile, rename, writeFile } from 'node:fs/promises';
import { hasAccount } from '../../server/administration/set-up.ts';
import type { PeriodicJob } from '../../server/jobs/scheduler.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { SECOND_MS } from '../../server/kernel/time.ts';
import { createDemo } from './create-demo.ts';
import type { Demo } from './demo.ts';
import { createDemoStateReader } from './read-demo-state.ts';

/**
 * Loads the demo of this data folder, or creates it at the first start. It is stored in a file that only its owner can
 * read, so that a second start prints the same logins.
 *
 * @param keptDays days for which statistics are kept
 * @returns the job that keeps the state in the file up to date, for who shows it
 */
export async function loadDemo(
  ports: Ports & { issuer: string },
  file: string,
  keptDays: number,
): Promise<PeriodicJob> {
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored === undefined && (await hasAccount(ports))) {
    throw new Error(`this demo is incomplete, since its first start was interrupted: start it with --fresh`);
  }
  const demo = stored === undefined ? await createDemo(ports, keptDays) : (JSON.parse(stored) as Demo);
  const readState = createDemoStateReader(ports, demo);
  let written = stored ?? '';
  const run = async () => {
    const text = JSON.stringify({ ...demo, state: await readState() }, null, 2);
    if (text === written) return;
    // Whole at every time, for a reader at any time.
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
    written = text;
  };
  await run();
  return { name: 'demo', everyMs: SECOND_MS, processes: 'every', run };
}
