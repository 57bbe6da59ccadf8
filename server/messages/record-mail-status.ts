import { type Mailer, MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { mailStatusDocument } from './documents.ts';
import { isNews, type MailOutcome, withOutcome } from './mail-status.ts';

/**
 * The mailer, which leaves behind what became of its last mails. It waits for no record, and a record that fails is
 * reported alone: the mail is what counts.
 *
 * @param onRecord receives each record under way. Default: it is ignored
 */
export function recordMailStatus(
  mailer: Mailer,
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'reportFault'>,
  onRecord: (done: Promise<void>) => void = () => undefined,
): Mailer {
  if (mailer.isAbsent) return mailer;
  let last: { outcome: MailOutcome; at: number } | undefined;
  const note = async (outcome: MailOutcome) => {
    const now = ports.clock.now();
    if (!isNews(last, outcome, now)) return;
    last = { outcome, at: now };
    const key = mailStatusDocument.key();
    await transact(ports, key.anchor, [key], ([status], at) => ({
      answer: undefined,
      write: { put: [{ key, value: withOutcome(status?.value ?? {}, outcome, at) }] },
    }));
  };
  const record = (outcome: MailOutcome) =>
    onRecord(note(outcome).catch((error: unknown) => ports.reportFault('recording the state of mail', error)));
  return {
    ...mailer,
    async send(mail) {
      try {
        await mailer.send(mail);
      } catch (error) {
        record(error instanceof MailerUnavailable ? error.failure : 'refused');
        throw error;
      }
      record('sent');
    },
  };
}
