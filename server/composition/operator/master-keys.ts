import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import {
  beginMasterKey,
  finishMasterKey,
  type MasterKeyPlace,
  readMasterKeys,
} from '../../maintenance/change-master-key.ts';

const ELSEWHERE = {
  detail: 'the master keys are in the environment: change COUNTERSIGN_MASTER_KEY and COUNTERSIGN_OLD_MASTER_KEYS there',
};

/** Changing the key that seals what is stored, as far as it is in a file. */
export function masterKeys(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>, place: MasterKeyPlace) {
  const app = new Hono<AppEnv>();
  const { file } = place;
  app.get('/', async (c) => c.json(await readMasterKeys(ports, place)));
  app.post('/', async (c) =>
    file ? c.json(await beginMasterKey(ports, file)) : refuse(c, 'INPUT_INVALID', ELSEWHERE),
  );
  app.post('/finish', async (c) =>
    file ? c.json(await finishMasterKey(ports, file)) : refuse(c, 'INPUT_INVALID', ELSEWHERE),
  );
  return app;
}
