import { startEmbeddedHarness } from './embedded-harness.ts';
import { storeConformance } from './store.suite.ts';

storeConformance('embedded', startEmbeddedHarness);
