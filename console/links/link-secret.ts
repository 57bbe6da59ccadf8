/** The parts of the browser's address that a secret is taken from. */
export interface Address {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
}

/**
 * Takes the secret of a link out of the address bar, where it would be seen, kept in the history and copied along. From
 * here on it is in the memory of this page alone; empty if there was none.
 */
export function takeSecret({ location, history }: Address): string {
  const secret = location.hash.slice(1);
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return secret;
}

const LINK = /^([0-9a-z]{11})\.[0-9a-z]{11}\.[\w-]{32}$/;

/** The account that an administrator's link leads into, for a server that holds several. */
export function accountOf(secret: string): string | undefined {
  const match = LINK.exec(secret);
  return match ? `acc_${match[1]}` : undefined;
}
