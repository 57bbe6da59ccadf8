import type { MailView } from '@countersign/protocol/mail';
import { useQuery } from '../../shell/use-query.ts';

/** Whether links have to be handed over: no mail reaches this user. False while it is unknown. */
export function useHandsOver(user: { email?: string }): boolean {
  const { body } = useQuery<MailView>('mail');
  return body?.configured === false || (body !== undefined && user.email === undefined);
}
