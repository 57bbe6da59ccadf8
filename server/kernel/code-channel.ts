export const CODE_CHANNELS = ['sms', 'email'] as const;
export type CodeChannel = (typeof CODE_CHANNELS)[number];

/** How many codes may be sent. They cost money, and a phone that rings all night is an attack. */
export interface CodeLimits {
  /** From one account to one address within {@link ADDRESS_WINDOW_MS}. */
  perAddress: number;
  /** From one account to one address within a day. */
  perAddressAndDay: number;
  /** For one account within an hour. */
  perAccountAndHour: number;
  /** From this server within an hour. */
  perHour: number;
  /** For each account within an hour, also when others have used up `perHour`. */
  reservedPerAccount: number;
}
