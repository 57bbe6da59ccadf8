import type { Courier } from '../../ports/courier.ts';

/** Where no way to send mail is configured: nothing pretends to have been sent. */
export const noCourier: Courier = {
  send: () => Promise.reject(new Error('there is no way to send mail: none is configured')),
};
