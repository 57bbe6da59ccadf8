import type { BreachedPasswords } from '../kernel/ports/breached-passwords.ts';
import type { CodeSender } from '../kernel/ports/code-sender.ts';
import type { Mailer } from '../kernel/ports/mailer.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import type { AskOutcome, WebhookSender } from '../kernel/ports/webhook-sender.ts';
import type { SendOutcome } from '../kernel/send-outcome.ts';
import type { LookupOutcome, SendResult, ServiceMetrics } from './service-metrics.ts';

interface SendObserver {
  readonly metrics: ServiceMetrics;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
}

export function observeMailer(mailer: Mailer, { metrics }: SendObserver): Mailer {
  return {
    ...mailer,
    async send(message) {
      let outcome: SendResult = 'failed';
      try {
        await mailer.send(message);
        outcome = 'sent';
      } finally {
        metrics.mails.add([message.kind, outcome]);
      }
    },
  };
}

export function observeCodes(codes: CodeSender, { metrics, monotonicMs }: SendObserver): CodeSender {
  return {
    ...codes,
    async send(message) {
      const startedMs = monotonicMs();
      let outcome: SendResult = 'failed';
      try {
        await codes.send(message);
        outcome = 'sent';
      } finally {
        metrics.codes.add([message.channel, outcome]);
        metrics.codeSeconds.observe([message.channel], (monotonicMs() - startedMs) / 1000);
      }
    },
  };
}

export function observeWebhooks(sender: WebhookSender, { metrics, monotonicMs }: SendObserver): WebhookSender {
  return {
    ...sender,
    async send(request, signal) {
      const startedMs = monotonicMs();
      const outcome = await sender.send(request, signal);
      metrics.webhookTries.add([wordFor(outcome)]);
      metrics.webhookSeconds.observe([], (monotonicMs() - startedMs) / 1000);
      return outcome;
    },
    async ask(request, limits) {
      const startedMs = monotonicMs();
      const outcome = await sender.ask(request, limits).catch((error: unknown) => {
        // It took no time, which would hide how slow the others are.
        if (error instanceof Overloaded) metrics.hookCalls.add(['too-many-calls']);
        throw error;
      });
      metrics.hookCalls.add([wordFor(outcome)]);
      metrics.hookSeconds.observe([], (monotonicMs() - startedMs) / 1000);
      return outcome;
    },
  };
}

export function observeBreachedPasswords(
  source: BreachedPasswords,
  { metrics, monotonicMs }: SendObserver,
): BreachedPasswords {
  return {
    async isListed(password) {
      const startedMs = monotonicMs();
      let outcome: LookupOutcome = 'failed';
      try {
        const isListed = await source.isListed(password);
        outcome = isListed ? 'listed' : 'unlisted';
        return isListed;
      } finally {
        metrics.breachLookups.add([outcome]);
        metrics.breachLookupSeconds.observe([], (monotonicMs() - startedMs) / 1000);
      }
    },
  };
}

/** A receiver chooses its status: only the class is counted. */
function wordFor(outcome: SendOutcome | AskOutcome): string {
  if (outcome.kind === 'failed') return outcome.failure;
  const { status } = outcome;
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other';
}
