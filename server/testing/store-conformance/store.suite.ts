import { afterAll, beforeAll, describe } from 'vitest';
import { commitBehaviour } from './commit.suite.ts';
import { counterBehaviour } from './counter.suite.ts';
import { eventBehaviour } from './event.suite.ts';
import type { Fresh, StoreHarness } from './harness.ts';
import { hostileIdBehaviour } from './hostile-id.suite.ts';
import { hotDocumentBehaviour } from './hot-document.suite.ts';
import { indexBehaviour } from './index.suite.ts';
import { moveBehaviour } from './move.suite.ts';
import { notedChangesBehaviour } from './noted-changes.suite.ts';
import { restoreBehaviour } from './restore.suite.ts';
import { scanBehaviour } from './scan.suite.ts';
import { sizeBehaviour } from './size.suite.ts';

/** What every store must do, tested only through the port. */
export function storeConformance(name: string, start: () => Promise<StoreHarness>): void {
  describe(`${name} store`, () => {
    let harness: StoreHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness?.stop());
    const fresh: Fresh = (options) => harness.fresh(options);
    commitBehaviour(fresh);
    indexBehaviour(fresh);
    eventBehaviour(fresh);
    counterBehaviour(fresh, (store) => harness.reopen(store));
    notedChangesBehaviour(fresh, (store) => harness.reopen(store));
    hostileIdBehaviour(fresh);
    hotDocumentBehaviour(fresh);
    moveBehaviour(fresh);
    restoreBehaviour(fresh);
    scanBehaviour(fresh);
    sizeBehaviour(fresh);
  });
}
