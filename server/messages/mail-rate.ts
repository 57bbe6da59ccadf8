/**
 * Mails a day to one mailbox, after which only one goes in each window (SR-77). A day without any would be a lock that
 * anyone can cause who knows the name (SR-49).
 */
export const MAILS_IN_A_DAY = 12;

/**
 * Whether another mail may go to a mailbox that a name alone causes, or be requested for a name.
 *
 * @param counts of the window and of the day, with this one
 */
export function isWithinMailRate(counts: { inWindow: number; inDay: number }, perWindow: number): boolean {
  return counts.inWindow <= (counts.inDay > MAILS_IN_A_DAY ? 1 : perWindow);
}
