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
import type { DocumentReader, StoreReader } from './store.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** Everything outside the decisions. A use-case takes the set below that it needs, or a `Pick<Ports, ...>` that says more. */
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

/** Reads what is stored, as it is now. Its store takes no change. */
export type ReadPorts = Pick<Ports, 'clock'> & { store: StoreReader };
/** Reads documents by their keys, from the store or from what was read of it before. */
export type DocumentPorts = Pick<Ports, 'clock'> & { store: DocumentReader };
/** Changes what is stored: chance makes the ids of documents and events. */
export type WritePorts = Pick<Ports, 'store' | 'clock' | 'random'>;
/** Changes what is stored, with secrets in it. */
export type SecretPorts = WritePorts & Pick<Ports, 'secrets'>;
/** Sets and verifies passwords. */
export type PasswordPorts = SecretPorts & Pick<Ports, 'hasher' | 'breachedPasswords'>;
/** Sends one-time passwords. */
export type CodePorts = SecretPorts & Pick<Ports, 'codes'>;
/** Prepares and verifies factors where filters by country apply. */
export type FactorPorts = CodePorts & Pick<Ports, 'geo'>;
/** Changes what is stored, and tells about it by mail. A mail that fails is reported, and undoes nothing. */
export type MailPorts = WritePorts & Pick<Ports, 'courier' | 'reportFault'>;
/** Reads what a mail says, and sends it. */
export type NoticePorts = ReadPorts & Pick<Ports, 'courier' | 'reportFault'>;
/** Finds the words of a page. */
export type TextPorts = ReadPorts & Pick<Ports, 'texts'>;
/** Sends signed requests to a site. */
export type WebhookPorts = SecretPorts & Pick<Ports, 'webhookSender'>;
/** Reads events, also those that were moved out of the store. */
export type ArchiveReadPorts = ReadPorts & Pick<Ports, 'archive'>;
/** Changes what is stored, in the archive too. */
export type ArchivePorts = WritePorts & Pick<Ports, 'archive'>;
