import type { Mail } from '../domain/mail/mail.ts';
import { type Courier, CourierUnavailable } from '../ports/courier.ts';

/** Keeps messages, or fails when the test says so. */
export class FakeCourier implements Courier {
  readonly sent: Mail[] = [];
  down = false;

  async send(mail: Mail): Promise<void> {
    if (this.down) throw new CourierUnavailable('down');
    this.sent.push(mail);
  }
}
