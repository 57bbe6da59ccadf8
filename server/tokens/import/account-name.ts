/** `Issuer: account`, whichever of the two fields names the issuer. */
export function accountName(label: string, issuer: string | undefined): string {
  const colon = label.indexOf(':');
  const account = label.slice(colon + 1).trim();
  const by = (issuer ?? label.slice(0, Math.max(0, colon))).trim();
  if (by === '') return account;
  return account === '' ? by : `${by}: ${account}`;
}
