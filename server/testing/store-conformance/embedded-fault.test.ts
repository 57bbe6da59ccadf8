import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildModule, runModule } from './run-module.ts';

let folder: string;
let server: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-fault-'));
  server = await buildModule('faulty-server.ts', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const FAULTS = 25;

// SR-36, SR-53. Node's own exit would leave about one in six of these hanging in the middle of a transaction.
test(`${FAULTS} servers with a fault during writes each log one line and end`, async () => {
  for (let fault = 1; fault <= FAULTS; fault++) {
    const child = runModule(server, [join(folder, 'store'), String(fault * 5)]);
    const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect({ code, signal, err }).toEqual({ code: null, signal: 'SIGKILL', err: '' });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ level: 'fatal', msg: 'a fault that was not handled', err: { message: 'a fault' } }]);
  }
});
