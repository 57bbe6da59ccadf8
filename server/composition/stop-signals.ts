/**
 * Calls `stop` at the first SIGTERM or SIGINT. A further SIGINT ends the process at once, as for a second Ctrl-C. A further
 * SIGTERM does nothing: a service manager signals every process of a service, and the `countersign` command passes it on.
 *
 * @param isWorker a worker gets each signal twice, from its terminal or service manager and from the primary process
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void, isWorker = false): void {
  let isStopping = false;
  const stopOnce = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    stop(signal);
  };
  process.on('SIGTERM', stopOnce);
  process[isWorker ? 'on' : 'once']('SIGINT', stopOnce);
}
