import type { Registration } from '../operations/processes/register-process.ts';

/** Renews a record as a process that runs does, so that it does not count as killed. Returns what ends that. */
export function keepRenewing(registration: Pick<Registration, 'renew'>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(() => registration.renew());
  }, 100);
  return async () => {
    clearInterval(timer);
    await last;
  };
}
