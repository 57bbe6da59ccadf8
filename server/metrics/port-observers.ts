import type { BreachedPasswords } from '../kernel/ports/breached-passwords.ts';
import type { CodeSender } from '../kernel/ports/code-sender.ts';
import type { Mailer } from '../kernel/ports/mailer.ts';
import type { QueueObserver } from '../kernel/ports/password-hasher.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { WebhookSender } from '../kernel/ports/webhook-sender.ts';

/** Puts something between the service and its ports. */
export interface PortObservers {
  store(store: Store): Store;
  mailer(mailer: Mailer): Mailer;
  codes(codes: CodeSender): CodeSender;
  webhooks(sender: WebhookSender): WebhookSender;
  breachedPasswords(source: BreachedPasswords): BreachedPasswords;
  readonly hashing?: QueueObserver;
  /** A part failed; the work around it went on. */
  fault?(part: string): void;
}

/** Nothing is observed. */
export const NO_OBSERVERS: PortObservers = {
  store: (store) => store,
  mailer: (mailer) => mailer,
  codes: (codes) => codes,
  webhooks: (sender) => sender,
  breachedPasswords: (source) => source,
};

/** Both between the service and its ports; what the second does is in what the first measures. */
export function observeWithBoth(first: PortObservers, second: PortObservers): PortObservers {
  return {
    store: (store) => first.store(second.store(store)),
    mailer: (mailer) => first.mailer(second.mailer(mailer)),
    codes: (codes) => first.codes(second.codes(codes)),
    webhooks: (sender) => first.webhooks(second.webhooks(sender)),
    breachedPasswords: (source) => first.breachedPasswords(second.breachedPasswords(source)),
    hashing: {
      ran(ms) {
        first.hashing?.ran(ms);
        second.hashing?.ran(ms);
      },
      refused() {
        first.hashing?.refused();
        second.hashing?.refused();
      },
    },
    fault(part) {
      first.fault?.(part);
      second.fault?.(part);
    },
  };
}
