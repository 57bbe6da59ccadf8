import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageOf, type ScriptedSource, startScriptedSource } from '../cli/protectimus/testing/scripted-source.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { type Installation, install, Operator } from './harness/installation.ts';

const PEOPLE = 1500;

describe('a migration during which a process is killed', () => {
  const people = Array.from({ length: PEOPLE }, (_, at) => ({
    id: at + 1,
    login: `person-${at}`,
    email: `person-${at}@post.example`,
  }));
  // Every third user has a mailbox, every fifth is blocked.
  const tokens = people
    .filter(({ id }) => id % 3 === 0)
    .map(({ id, email }) => {
      return { id, name: 'Mailbox', type: 'MAIL', serialNumber: email, enabled: true, userId: id };
    });
  const blocked = people.filter(({ id }) => id % 5 === 0);
  let source: ScriptedSource;
  let installation: Installation;
  let operator: Operator;
  beforeAll(async () => {
    source = await startScriptedSource((path, query) => {
      if (path === 'resource-service/resources') return pageOf('resources', [{ id: 7, name: 'Shop' }], query);
      if (path === 'user-service/users' && query.get('block') === 'BLOCKED_BY_ADMIN') {
        return pageOf('users', blocked, new URLSearchParams([...query].filter(([name]) => name !== 'block')));
      }
      if (path === 'user-service/users') return pageOf('users', people, query);
      if (path === 'token-service/tokens') return pageOf('tokens', tokens, query);
      const sizes: Record<string, number> = { resource: 1, user: PEOPLE, token: tokens.length };
      return path.endsWith('/quantity') ? { quantity: sizes[path.split('-')[0] ?? ''] } : undefined;
    });
    installation = await install('embedded');
    operator = new Operator(installation);
    await installation.start();
  });
  afterAll(async () => {
    source?.close();
    await installation?.remove();
  });

  test.each(['command', 'service'] as const)('resumes (the %s), loses no user and duplicates none', async (victim) => {
    await operator.json(['account', 'create', '--name', victim]);
    const { items } = await operator.json<{ items: { id: string; name: string }[] }>(['account', 'list']);
    const own = items.find(({ name }) => name === victim)?.id ?? '';
    const here = operator.in(own);
    const report = join(installation.folder, `${victim}.csv`);
    const where = ['--from', source.url, '--login', 'ada@acme.example', '--report', report];
    const args = ['--account', own, 'migrate', 'protectimus', ...where];
    const env = { PROTECTIMUS_API_KEY: 'the key there' };
    const command = installation.begin(args, env);
    const exited = once(command, 'exit');
    await waitUntil('the first people are there', async () => {
      if (command.exitCode !== null) throw new Error('the move was through before it could be killed');
      return (await here.run(['--ids', 'user', 'list', '--limit', '1'])).out.startsWith('usr_');
    });
    if (victim === 'command') command.kill('SIGKILL');
    else await installation.kill();
    await exited;
    expect((await stat(`${report}.moving`)).mode & 0o777).toBe(0o600);
    if (victim === 'service') await installation.start();

    const again = installation.begin(args, env);
    const [code] = await once(again, 'exit');
    expect(code).toBe(0);
    const rows = (await readFile(report, 'utf8')).trim().split('\n');
    expect(rows.filter((row) => row.includes(',refused,') || row.includes(',left,'))).toEqual([]);
    const names = async (noun: string, field: string, more: string[] = []) =>
      (await here.run(['--field', field, noun, 'list', '--all', ...more])).out.trim().split('\n').sort();
    expect(await names('user', 'login')).toEqual(people.map(({ login }) => login).sort());
    expect(await names('token', 'to')).toEqual(tokens.map(({ serialNumber }) => serialNumber).sort());
    expect(await names('user', 'login', ['--blocked', 'true'])).toEqual(blocked.map(({ login }) => login).sort());
    await expect(stat(`${report}.moving`)).rejects.toThrow('ENOENT');
  });
});
