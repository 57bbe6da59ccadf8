import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../server/testing/wait-until.ts';

/** Version 1 of control groups and version 2. Both need root. */
const KINDS = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', use: 'memory.usage_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', use: 'memory.current' },
] as const;

export interface MemoryLimit {
  /** Before the command of the process that is to be limited. */
  readonly prefix: readonly string[];
  setAboveUse(bytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** A control group for the memory of one process. Throws if this machine gives none. */
export async function memoryLimit(): Promise<MemoryLimit> {
  const kind = KINDS.find(({ root, limit }) => existsSync(join(root, limit)) || existsSync(join(root, 'cgroup.procs')));
  if (!kind) throw new Error('this machine has no control groups');
  const folder = join(kind.root, `countersign-drill-${process.pid}`);
  await mkdir(folder);
  return {
    prefix: ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs')],
    async setAboveUse(bytes) {
      const used = Number(await readFile(join(folder, kind.use), 'utf8'));
      await writeFile(join(folder, kind.limit), String(used + bytes));
    },
    async remove() {
      // The kernel takes a moment to forget the process.
      await waitUntil('the control group is empty', () =>
        rmdir(folder).then(
          () => true,
          () => false,
        ),
      );
    },
  };
}
