export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why a try got no response. */
export const SEND_FAILURES = [
  'url-refused',
  'address-refused',
  'name-not-found',
  'connection-failed',
  'tls-failed',
  'timed-out',
  'answer-unreadable',
  'interrupted',
] as const;
export type SendFailure = (typeof SEND_FAILURES)[number];
