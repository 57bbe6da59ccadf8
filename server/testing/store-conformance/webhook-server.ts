import { writeSync } from 'node:fs';
import { createLogger } from '../../http/log.ts';
import { type AccountId, idFromBytes } from '../../kernel/ids.ts';
import { isRefusal } from '../../kernel/result.ts';
import { createFilter } from '../../resources/filters/create-filter.ts';
import { startDelivering } from '../delivering.ts';
import { openStoreAt, webhookPorts } from './webhook-ports.ts';

/**
 * A process to be killed: creates filters, sends their events, and prints the id of each acknowledged one. After so
 * many it only sends, since the test may be slow to kill it.
 */
const [place = '', account = '', aheadMs = '0', most = '0'] = process.argv.slice(2);
const ports = webhookPorts(await openStoreAt(place), Number(aheadMs));
startDelivering(ports, createLogger({ level: 'silent' }), { everyMs: 2, discoverMs: 10 });
const act = { actor: { kind: 'operator', account: account as AccountId } } as const;
const rule = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] } as const;
for (let made = 0; made < Number(most); made++) {
  const id = idFromBytes('flt', ports.random.bytes(7));
  const created = await createFilter(ports, act, { id }, { name: 'x', rule: { ...rule, ranges: [...rule.ranges] } });
  if (isRefusal(created)) throw new Error(created.refused);
  // Straight into the pipe: printed lines survive the death of the process.
  writeSync(1, `${id}\n`);
}
