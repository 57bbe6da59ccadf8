import type { CodeChannel, CodeLimits } from '../code-channel.ts';
import type { MailBrand, MailLanguage, MessageTexts } from '../mail.ts';

/** A code for one user. The sender renders the message. */
export interface CodeMessage {
  /** Id of this sending, the same in every retry. */
  id: string;
  channel: CodeChannel;
  /** E.164, or an email address. */
  to: string;
  language: MailLanguage;
  code: string;
  /** It is the first factor, in place of the password. */
  isFirst?: true;
  /** Name of the resource. */
  site: string;
  /** The look of a mail. */
  brand?: MailBrand;
  /** Added on its way to the gateway. */
  texts?: MessageTexts;
  /** What the code confirms, if it is not a sign-in: the message shows exactly all of it. */
  confirms?: readonly { label: string; value: string }[];
  /** Origin of the page around the widget, if the sign-in has one. */
  origin?: string;
  expiresAt: number;
  lifetimeMs: number;
}

export interface CodeChannelSender {
  /**
   * Resolves when a gateway or server has accepted the message.
   *
   * @throws MailerUnavailable if none did
   */
  send(message: CodeMessage): Promise<void>;
}

/** Sends the codes of a second factor over any channel. */
export interface CodeSender extends CodeChannelSender {
  /** The operator's limits: the caller checks them first. */
  readonly limits: CodeLimits;
  /** The configured channels. */
  readonly channels: readonly CodeChannel[];
}
