import { expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';

test('events are kept by time where there is an archive, and by number where there is none, unless it is set', () => {
  const kept = (env: Record<string, string>) => loadConfig(env).eventRetention;
  const byTime = { keptDays: 365, mostEvents: Number.POSITIVE_INFINITY };
  expect(kept({})).toEqual(byTime);
  expect(kept({ COUNTERSIGN_STORE: 'redis://cache', COUNTERSIGN_AUDIT_ARCHIVE: '/srv/audit' })).toEqual(byTime);
  for (const env of [{ COUNTERSIGN_STORE: 'redis://cache' }, { COUNTERSIGN_AUDIT_ARCHIVE: 'none' }] as const) {
    expect(kept({ ...env })).toEqual({ keptDays: 365, mostEvents: 1_000_000 });
  }
  expect(kept({ COUNTERSIGN_EVENTS_KEPT: '5000' })).toEqual({ keptDays: 365, mostEvents: 5000 });
});
