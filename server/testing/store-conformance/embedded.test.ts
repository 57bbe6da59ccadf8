import { startEmbeddedHarness } from './embedded-harness.ts';
import { storeConformance } from './suite.ts';

storeConformance('embedded', startEmbeddedHarness);
