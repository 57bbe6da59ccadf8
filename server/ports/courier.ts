/** A mail to one person, as plain text. Every field is one that the service composed. */
export interface Message {
  to: string;
  /** One line. */
  subject: string;
  text: string;
}

/** Brings messages to people. */
export interface Courier {
  /** Resolves once somebody has taken charge of the message; throws when nobody has. */
  send(message: Message): Promise<void>;
}
