/** The parts of `window` that a secret is taken from. */
export interface Address {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
}

/**
 * Removes the secret of a link from the address bar, where others could see it, copy it or find it in the history.
 * Afterwards only this page's memory has it. Empty if there was none.
 */
export function takeSecret({ location, history }: Address): string {
  const secret = location.hash.slice(1);
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return secret;
}

const LINK = /^([0-9a-z]{11})\.[0-9a-z]{11}\.[\w-]{32}$/;

/** The account of an administrator's link, on a server with several accounts. */
export function accountOf(secret: string): string | undefined {
  const match = LINK.exec(secret);
  return match ? `acc_${match[1]}` : undefined;
}
