import type { Config } from '../config/load-config.ts';
import { COUNTER, countSignIns } from '../events/count-sign-ins.ts';
import { dropOldSegments } from '../events/drop-old-segments.ts';
import { SEALER, sealEvents } from '../events/seal-events.ts';
import { DAY_MS } from '../events/statistics/day-counters.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { BackgroundWork } from './background-work.ts';

/** What is derived from the stream of events, and what of it has had its time. */
export function eventJobs(ports: Ports, config: Config): BackgroundWork[] {
  const { keptDays, mostEvents } = config.eventRetention;
  const retention = { keptMs: keptDays * DAY_MS, mostEvents };
  return [
    { name: SEALER, everyMs: 1000, run: (stopping) => sealEvents(ports, { stopping }) },
    {
      name: COUNTER,
      everyMs: 1000,
      run: (stopping) => countSignIns(ports, { keptDays: config.statisticsKeptDays, stopping }),
    },
    { name: 'retention', everyMs: 60_000, run: (stopping) => dropOldSegments(ports, retention, { stopping }) },
  ];
}
