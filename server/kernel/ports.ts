import type { CodeSender } from '../messages/code-sender.ts';
import type { Mailer } from '../messages/mailer.ts';
import type { PasswordHasher } from '../platform/argon2/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { GeoLookup } from '../platform/geoip/port.ts';
import type { Signer } from '../platform/jose/port.ts';
import type { Random } from '../platform/random.ts';
import type { SecretBox } from '../platform/secret-box/port.ts';
import type { WebhookSender } from '../platform/webhook-http/port.ts';
import type { Store } from '../store/store.ts';

/** Everything outside the decisions. A use-case takes `Pick<Ports, ...>`, so its signature says what it touches. */
export interface Ports {
  store: Store;
  clock: Clock;
  random: Random;
  hasher: PasswordHasher;
  signer: Signer;
  secrets: SecretBox;
  geo: GeoLookup;
  courier: Mailer;
  codes: CodeSender;
  webhookSender: WebhookSender;
}
