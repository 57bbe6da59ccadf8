import type { Tracer } from '../kernel/ports/tracer.ts';
import type { PortObservers } from './port-observers.ts';
import { wrapStore } from './wrap-store.ts';

/** Puts spans between the service and its ports. */
export function tracePorts(tracer: Tracer): PortObservers {
  return {
    store: (store) =>
      wrapStore(
        store,
        (operation) => (call) => tracer.step(`store ${operation}`, { 'db.operation.name': operation }, call),
      ),
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
      ask: (request, limits) => tracer.step('hook', {}, () => sender.ask(request, limits)),
    }),
    breachedPasswords: (source) => ({
      isListed: (password) => tracer.step('breached password', {}, () => source.isListed(password)),
    }),
    hashing: { ran: (ms) => tracer.took('password hash', ms), refused: () => undefined },
  };
}
