import type { AdministratorFactors } from '@countersign/protocol/session';
import type { ComposedMail, Mail } from '../mail.ts';
import type { TextFiles } from '../own-texts.ts';
import type { ProcessStore } from '../process-memory.ts';
import type { ProofMode } from '../proof-mode.ts';
import type { AuditArchive } from './audit-archive.ts';
import type { BreachedPasswords } from './breached-passwords.ts';
import type { Clock } from './clock.ts';
import type { CodeSender } from './code-sender.ts';
import type { GeoLookup } from './geo-lookup.ts';
import type { Mailer } from './mailer.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Random } from './random.ts';
import type { SecretBox } from './secret-box.ts';
import type { Signer } from './signer.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** Everything outside the decisions. A use-case takes `Pick<Ports, ...>`, so its signature lists its dependencies. */
export interface Ports {
  store: ProcessStore;
  clock: Clock;
  random: Random;
  hasher: PasswordHasher;
  signer: Signer;
  secrets: SecretBox;
  geo: GeoLookup;
  courier: Mailer;
  /** Renders a mail without sending it. */
  composeMail: (mail: Mail) => ComposedMail;
  codes: CodeSender;
  /** The operator's own texts. */
  texts: TextFiles;
  webhookSender: WebhookSender;
  /** Logs and counts a failure that does not stop the work around it. `part` completes "… failed". */
  reportFault: (part: string, error: unknown) => void;
  /** Undefined: sealed events stay in the store. */
  archive: AuditArchive | undefined;
  /** Undefined: the operator has no list of them. */
  breachedPasswords: BreachedPasswords | undefined;
  /** What opens the console, as the operator sets it for all accounts. */
  administratorFactors: AdministratorFactors;
  /** Wrong passwords without a wait, as the operator sets it. Undefined: the usual number. */
  freePasswordFailures?: number | undefined;
  /** When clients have to show work before they are answered, as the operator sets it. Undefined: never. */
  proofOfWork?: ProofMode | undefined;
}
