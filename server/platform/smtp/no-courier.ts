import { type Courier, CourierUnavailable } from '../../messages/mailer.ts';

/** Where no mail server is configured: whatever needs a message does not happen. */
export const noCourier: Courier = {
  isAbsent: true,
  async send() {
    throw new CourierUnavailable('no mail server is configured (COUNTERSIGN_SMTP_URL)');
  },
};
