import type { Store } from '../kernel/ports/store.ts';
import type { Tracer } from '../kernel/ports/tracer.ts';
import type { PortObservers } from './port-observers.ts';

/** Puts spans between the service and its ports. */
export function tracePorts(tracer: Tracer): PortObservers {
  return {
    store: (store) => traceStore(store, tracer),
    mailer: (mailer) => ({
      ...mailer,
      send: (message) => tracer.step('mail', { 'countersign.mail': message.kind }, () => mailer.send(message)),
    }),
    codes: (codes) => ({
      ...codes,
      send: (message) => tracer.step('code', { 'countersign.channel': message.channel }, () => codes.send(message)),
    }),
    webhooks: (sender) => ({
      ...sender,
      send: (request, signal) => tracer.work('webhook', {}, () => sender.send(request, signal)),
    }),
    hashing: { ran: (ms) => tracer.took('password hash', ms), refused: () => undefined },
  };
}

function traceStore(store: Store, tracer: Tracer): Store {
  const step = <T>(operation: string, call: () => Promise<T>): Promise<T> =>
    tracer.step(`store ${operation}`, { 'db.operation.name': operation }, call);
  return {
    get partitions() {
      return store.partitions;
    },
    get isOrdered() {
      return store.isOrdered;
    },
    get appends() {
      return store.appends;
    },
    partitionOf: (anchor) => store.partitionOf(anchor),
    getMany: (keys, now) => step('read', () => store.getMany(keys, now)),
    commit: (change) => step('commit', () => store.commit(change)),
    increment: (...args) => step('increment', () => store.increment(...args)),
    range: (...args) => step('range', () => store.range(...args)),
    readEvents: (...args) => step('read-events', () => store.readEvents(...args)),
    readStreams: (...args) => store.readStreams(...args),
    restoreEvents: (...args) => store.restoreEvents(...args),
    dropEvents: (...args) => store.dropEvents(...args),
    restoreRecords: (...args) => store.restoreRecords(...args),
    scan: (...args) => step('scan', () => store.scan(...args)),
    readClocks: () => store.readClocks(),
    measure: () => store.measure(),
    check: () => step('check', () => store.check()),
    close: () => store.close(),
  };
}
