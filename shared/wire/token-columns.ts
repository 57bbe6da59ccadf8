/**
 * Vendors' names of the columns of a token file, by what we read in them: letters and digits only, in lower case. The
 * first is the one that the documentation and the console show.
 */
export const TOKEN_COLUMNS = {
  serial: ['serial', 'serialno', 'serialnumber', 'sn', 'tokenserial', 'token', 'tokenid'],
  seed: [
    ...['seed', 'secret', 'secretkey', 'key', 'otpkey', 'hexseed', 'seedhex', 'secrethex'],
    ...['base32seed', 'seedbase32', 'secretbase32', 'base64seed', 'seedbase64', 'secretbase64'],
  ],
  kind: ['type', 'kind', 'otptype', 'tokentype', 'mode'],
  digits: ['digits', 'length', 'otplength', 'otplen', 'codelength'],
  period: ['interval', 'period', 'timestep', 'timeinterval', 'step'],
  periodMs: ['periodms'],
  counter: ['counter', 'count', 'movingfactor'],
  algorithm: ['algorithm', 'hash', 'hashalgorithm', 'hashlib'],
  suite: ['suite', 'ocrasuite'],
  suitePin: ['suitepin', 'ocrapin'],
  name: ['name', 'label', 'description'],
  owner: ['owner', 'login', 'user', 'username', 'userid'],
  expiry: ['expires', 'expiresat', 'expiry', 'expirydate', 'expirationdate', 'validuntil'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
