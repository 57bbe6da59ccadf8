import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { lostEvents, lostUsers, type Outcome, replays, saveKeys, summary, underTraffic } from './drill.ts';
import type { Rig } from './rig.ts';

/** So slow that the tokens are not further ahead of the backup than a resynchronisation looks. */
const PAUSE_MS = 100;

/**
 * A backup and an increment under traffic; then the store is lost, and restored. What was acknowledged after the increment
 * is gone, as the operators' guide says; what was used since must still not work.
 */
export async function drillRestore(rig: Rig, store: string): Promise<Outcome> {
  const [one, two] = rig.processes;
  const clients = await rig.clients();
  const file = (name: string) => join(rig.folder, name);
  let created: string[] = [];
  let granted = new Map<string, number>();
  let oldKeys = '';
  await underTraffic(
    clients,
    async (progress) => {
      await one.run(['backup', file('night.backup'), '--state', file('state')]);
      await progress();
      created = clients.flatMap((client) => client.created);
      granted = new Map(clients.map((client) => [client.person.token, client.granted]));
      await two.run(['backup', file('late.backup'), '--since', file('state')]);
      oldKeys = await saveKeys(rig, 'old-keys.json');
      await progress();
    },
    PAUSE_MS,
  );
  const traffic = summary(clients);
  await Promise.all([one.end('SIGTERM'), two.end('SIGTERM')]);
  const redis = new Redis(store);
  await redis.flushall();
  await redis.quit();
  await one.run(['restore', file('night.backup'), file('late.backup')]);
  await Promise.all([one.start(), two.start()]);
  await waitForProxy(rig);
  const replayed = await replays(clients);
  for (const client of clients) {
    await one.run(['token', 'resync', client.person.token, '--codes-stdin'], `${client.nextTwo()}\n`);
    if (!(await client.signIn())) throw new Error('after a resynchronisation a token does not work');
  }
  // What was created while the backup ran is in it by half.
  await one.run(['doctor', '--mend']);
  await one.run(['doctor']);
  return {
    name: 'Store lost, backup restored (counted to the backup)',
    mayFail: false,
    ...traffic,
    replayed,
    lostUsers: await lostUsers(rig, created),
    lostEvents: await lostEvents(rig, granted, [oldKeys]),
  };
}

async function waitForProxy({ ask }: Rig): Promise<void> {
  await waitUntil('the proxy finds the processes', async () => (await ask('GET', '/v1/users')).status === 200);
}
