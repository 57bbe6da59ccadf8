import type { ResourceId, UserId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import type { MailPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, wrongInput } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';
import type { IssuedLink, LinkDelivery } from '../messages/delivered-link.ts';
import { linkTo } from '../messages/mail/link.ts';
import { issueEnrolmentLink } from '../sign-in/enrolment/issue-enrolment-link.ts';
import { sendEnrolmentLink } from '../sign-in/enrolment/send-enrolment-link.ts';
import { issueResetLink } from '../sign-in/recovery/password-reset/issue-reset-link.ts';
import { startPasswordReset } from '../sign-in/recovery/password-reset/start-password-reset.ts';
import { issueUnlockLink } from '../sign-in/recovery/unlock/issue-unlock-link.ts';

/** What a link is for: a new password, a new token, or tokens that wrong codes have locked. */
export const LINK_KINDS = ['password', 'enrolment', 'unlock'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface LinkOrder {
  user: UserId;
  kind: LinkKind;
  delivery: LinkDelivery;
  /** Of an enrolment, where it may be left to the service, and of an unlock. */
  resource?: ResourceId | undefined;
  /** Default: that of the resource. */
  language?: MailLanguage | undefined;
  validForMs?: number | undefined;
}

export interface MadeLink {
  expiresAt: number;
  /** To hand over. */
  link?: string;
  /** A mailed link was still valid, and nothing was sent. */
  isRepeated?: true;
}

export type LinkNeeds = MailPorts & { issuer: string };

/**
 * Sends a link of a user by mail; or returns it once, for an actor who hands it over: where no mail reaches the user, or
 * to a caller who may choose the password anyway (SR-41). Only its hash is stored.
 *
 * @param isOnce a mailed link that is still valid is not mailed again
 */
export async function makeLink(
  ports: LinkNeeds,
  act: RequestContext,
  order: LinkOrder,
  { isOnce = false }: { isOnce?: boolean } = {},
): Promise<Result<MadeLink>> {
  const { user, kind, delivery, resource, ...rest } = order;
  if (kind === 'password' && resource !== undefined) return wrongInput('resource', 'a password counts everywhere');
  if (delivery === 'hand-over') {
    const issued = await issueLink(ports, act, order);
    return isRefusal(issued) ? issued : { link: linkTo(ports.issuer, issued.path), expiresAt: issued.expiresAt };
  }
  switch (kind) {
    case 'password':
      return startPasswordReset(ports, act, user, { ...rest, isOnce });
    case 'enrolment':
      return sendEnrolmentLink(ports, act, user, { ...rest, resource, isOnce });
    case 'unlock':
      return wrongInput('delivery', 'a link that unlocks is mailed only after its user has shown the password');
  }
}

async function issueLink(
  ports: LinkNeeds,
  act: RequestContext,
  { user, kind, resource, language, validForMs }: LinkOrder,
): Promise<Result<Pick<IssuedLink, 'path' | 'expiresAt'>>> {
  const rest = { language, validForMs, delivery: 'hand-over' } as const;
  switch (kind) {
    case 'password':
      return issueResetLink(ports, act, user, rest);
    case 'enrolment':
      return issueEnrolmentLink(ports, act, user, { ...rest, resource });
    case 'unlock':
      if (resource === undefined) return wrongInput('resource', 'required, because locks are lifted there');
      if (validForMs !== undefined && validForMs > DAY_MS) return wrongInput('validForMs', 'at most a day');
      return issueUnlockLink(ports, act, user, { ...rest, resource });
  }
}
