import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { CodeChannelSender } from '../../kernel/ports/code-sender.ts';
import type { Mailer } from '../../kernel/ports/mailer.ts';

/** Sends codes by email through the mailer. */
export function mailedCodes(courier: Mailer): CodeChannelSender {
  return {
    send: ({ to, language, code, isFirst, site, brand, lifetimeMs, confirms }) =>
      courier.send(
        confirms
          ? {
              kind: 'transaction-code',
              to,
              language,
              facts: { code, site, lifetimeMs, confirms },
              ...omitUndefined({ brand }),
            }
          : {
              kind: 'sign-in-code',
              to,
              language,
              facts: { code, site, lifetimeMs, ...omitUndefined({ isFirst }) },
              ...omitUndefined({ brand }),
            },
      ),
  };
}
