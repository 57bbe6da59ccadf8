import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../server/testing/wait-until.ts';
import { type Installation, install, Operator } from './harness/installation.ts';

const ROWS = 3000;
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('an import during which a process is killed', () => {
  let installation: Installation;
  let operator: Operator;
  beforeAll(async () => {
    installation = await install('embedded');
    operator = new Operator(installation);
    await installation.start();
    await operator.json(['account', 'create', '--name', 'Acme']);
  });
  afterAll(() => installation?.remove());

  const exists = (file: string) =>
    stat(file).then(
      () => true,
      () => false,
    );
  const names = async (noun: string, field: string) => {
    const { out } = await operator.run(['--field', field, noun, 'list', '--all']);
    return out.trim().split('\n');
  };
  /** Kills one of the two after some rows exist and before all do. */
  async function killInTheMiddle(kind: 'users' | 'tokens', file: string, victim: 'command' | 'service') {
    const command = installation.begin(['import', kind, file]);
    const exited = once(command, 'exit');
    await waitUntil('the first rows are there', async () => {
      if (command.exitCode !== null) throw new Error('the import was through before it could be killed');
      const list = await operator.run(['--ids', kind.slice(0, -1), 'list', '--limit', '1']);
      return list.out.startsWith(kind === 'users' ? 'usr_' : 'tok_');
    });
    if (victim === 'command') command.kill('SIGKILL');
    else await installation.kill();
    const [code] = await exited;
    // The command reports that there is no answer, or is itself killed.
    expect(code).toBe(victim === 'service' ? 3 : null);
    expect(await exists(`${file}.importing`)).toBe(true);
    if (victim === 'service') await installation.start();
  }

  test.each([
    ['users', 'command', 'user', 'login', (at: number) => `person-${at}`],
    // Names of tokens are not unique, so a duplicate would not be refused.
    ['tokens', 'service', 'token', 'name', (at: number) => `fob-${at}`],
  ] as const)('of %s (the %s) resumes, loses none and duplicates none', async (kind, victim, noun, field, nameOf) => {
    const file = join(installation.folder, `${kind}.jsonl`);
    const rows = Array.from({ length: ROWS }, (_, at) =>
      JSON.stringify(kind === 'users' ? { login: nameOf(at) } : { name: nameOf(at), kind: 'hotp', secret: SEED }),
    );
    // An invalid row, before the kill and after it.
    const broken = rows.with(
      10,
      kind === 'users' ? '{"login":"a b"}' : `{"name":"x","kind":"sundial","secret":"${SEED}"}`,
    );
    await writeFile(file, `${broken.join('\n')}\n`);
    const dry = await operator.run(['import', kind, file, '--dry-run']);
    expect(dry).toMatchObject({ code: 4, out: `${kind}: ${ROWS - 1} would be imported, 1 refused\n` });
    expect(await names(noun, field)).toEqual(['']);
    expect(await exists(`${file}.rejected`)).toBe(false);

    await killInTheMiddle(kind, file, victim);
    const there = await names(noun, field);
    expect(there.length).toBeLessThan(ROWS - 1);

    const again = await operator.run(['import', kind, file]);
    expect(again.out).toContain('resuming the interrupted import');
    expect(again.out).toContain(`${kind}: ${ROWS - 1} imported, 1 refused`);
    expect(again).toMatchObject({ code: 4 });
    expect(again.err).toContain(`${kind}.jsonl:11: INPUT_INVALID`);
    // Scripts get no progress bar.
    expect(again.err.trim().split('\n')).toHaveLength(1);
    expect(await readFile(`${file}.rejected`, 'utf8')).toBe(`${broken[10]}\n`);
    expect(await exists(`${file}.importing`)).toBe(false);
    const wanted = rows.map((_, at) => nameOf(at)).filter((_, at) => at !== 10);
    expect((await names(noun, field)).sort()).toEqual(wanted.sort());
  });

  test('does not resume with a changed file', async () => {
    const file = join(installation.folder, 'more.jsonl');
    const rows = Array.from({ length: ROWS }, (_, at) =>
      JSON.stringify({ name: `more-${at}`, kind: 'hotp', secret: SEED }),
    );
    await writeFile(file, `${rows.join('\n')}\n`);
    const started = installation.begin(['import', 'tokens', file]);
    const exited = once(started, 'exit');
    await waitUntil('it has begun', () => exists(`${file}.importing`));
    started.kill('SIGKILL');
    await exited;
    await writeFile(file, `${rows.slice(1).join('\n')}\n`);
    expect(await operator.run(['import', 'tokens', file])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the file has changed since'),
    });
  });
});
