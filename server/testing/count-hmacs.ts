import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Counts the HMACs that a function computes, for tests of what its time could reveal. */
export function countHmacs<T>(run: () => T): { result: T; hmacs: number } {
  const { createHmac } = crypto;
  let hmacs = 0;
  crypto.createHmac = (...asked) => {
    hmacs += 1;
    return createHmac(...asked);
  };
  syncBuiltinESMExports();
  try {
    return { result: run(), hmacs };
  } finally {
    crypto.createHmac = createHmac;
    syncBuiltinESMExports();
  }
}
