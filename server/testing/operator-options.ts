import { DEFAULT_CATALOGUE } from '../billing/plans.ts';
import type { OperatorOptions } from '../composition/operator/operator-app.ts';
import { capturedLog } from './captured-log.ts';
import { ISSUER, START } from './test-ports.ts';

/** An operator's app in a test: the default plans, and no files. */
export function operatorOptions(changes: Partial<OperatorOptions> = {}): OperatorOptions {
  return {
    issuer: ISSUER,
    version: '9.8.7',
    log: capturedLog().log,
    plans: DEFAULT_CATALOGUE,
    makeSigningKey: () => Promise.reject(new Error('this test makes no signing key')),
    masterKeys: { configured: () => Promise.reject(new Error('this test has no place of master keys')) },
    clockGuard: {
      turn: async () => {},
      accept: async () => undefined,
      state: () => ({ isTrusted: true, at: START }),
    },
    eventRetention: { keptDays: 365, mostEvents: 1_000_000 },
    moveStore: () => {
      throw new Error('this test moves no store');
    },
    ...changes,
  };
}
