import type { TokenKind } from '@countersign/protocol/tokens';
import type { FlowId, ResourceId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import type { CodePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { PasskeyNeeds } from './kinds/passkey/new-challenge.ts';
import type { Transaction } from './transaction.ts';

export type PrepareNeeds = CodePorts & PasskeyNeeds;

/** The sign-in that a challenge is prepared for. */
export interface PrepareContext {
  flow: FlowId;
  resource: { id: ResourceId; name: string };
  /** The kinds that may answer. */
  accepts: readonly TokenKind[];
  /** The transaction that the answer confirms; absent at a sign-in. */
  transaction?: Transaction | undefined;
  /** When the sign-in expires. */
  expiresAt: number;
  /** Set once the user has picked the option. Nothing is sent without it. */
  delivery?: {
    act: RequestContext;
    language: MailLanguage;
    /** The origin of the page around the widget. */
    origin: string;
  };
}
