import { type ConsumeOptions, consumeEvents } from '../events/consume-events.ts';
import { createSignInCounter } from '../events/count-sign-ins.ts';
import { createSealer } from '../events/seal-events.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import { createSignInKeeper } from '../user-management/keep-last-sign-ins.ts';
import { createDeriver } from '../webhooks/derive-deliveries.ts';

/** Seals every event that has been appended. Returns the number of events read. */
export function sealEvents(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>,
  options: ConsumeOptions = {},
): Promise<number> {
  return consumeEvents(ports, [createSealer(ports)], options);
}

/** Counts every sign-in that has been appended. Returns the number of events read. */
export function countSignIns(
  ports: WritePorts,
  { keptDays, ...options }: ConsumeOptions & { keptDays: number },
): Promise<number> {
  return consumeEvents(ports, [createSignInCounter(ports, keptDays)], options);
}

/** Has every consumer of the service read every event that has been appended. */
export async function consumeAll(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>): Promise<void> {
  const consumers = [
    createSealer(ports),
    createSignInCounter(ports, 800),
    createDeriver(ports),
    createSignInKeeper(ports),
  ];
  while ((await consumeEvents(ports, consumers)) > 0);
}
