import { composeMail } from '../../domain/mail/compose.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Courier, KeptMail, Mailbox } from '../../ports/courier.ts';

/** For the demo: keeps the last messages in memory instead of sending them. */
export function createDemoMailbox(options: { url: string; clock: Clock; most?: number }): Courier & Mailbox {
  const { url, clock, most = 50 } = options;
  const kept: KeptMail[] = [];
  return {
    async send(mail) {
      kept.unshift({ ...composeMail(mail, url), to: mail.to, kind: mail.kind, at: clock.now() });
      kept.length = Math.min(kept.length, most);
    },
    read: () => kept,
  };
}
