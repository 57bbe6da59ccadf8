import { type Courier, CourierUnavailable } from '../../ports/courier.ts';

/** Where no way to send mail is configured: nothing pretends to have been sent. */
export const noCourier: Courier = {
  send: () => Promise.reject(new CourierUnavailable('there is no way to send mail: none is configured')),
};
