import { SECOND_MS } from '../kernel/time.ts';

/** A terminal and the programs between it and the service may deliver one Ctrl-C several times, within moments. */
const ONE_PRESS_MS = SECOND_MS;

type Signals = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/**
 * Calls `stop` at the first SIGTERM or SIGINT. A SIGINT more than a second later ends the process at once, as for a second
 * Ctrl-C. A further SIGTERM does nothing: a service manager signals every process of a service, and the `countersign`
 * command passes it on.
 *
 * @param isWorker a worker gets each signal twice, from its terminal or service manager and from the primary process
 * @param signals default: those of this process
 */
export function onStopSignal(
  stop: (signal: NodeJS.Signals) => void,
  isWorker = false,
  signals: Signals = process,
): void {
  let isStopping = false;
  const stopOnce = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    // Without a listener the kernel ends the process, even if it hangs.
    if (!isWorker) setTimeout(() => signals.off('SIGINT', stopOnce), ONE_PRESS_MS).unref();
    stop(signal);
  };
  signals.on('SIGTERM', stopOnce);
  signals.on('SIGINT', stopOnce);
}
