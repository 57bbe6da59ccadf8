/** Names of columns of user files in other software, by our field; see `columnKey`. */
export const USER_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  login: ['login', 'user', 'username', 'userid', 'benutzername'],
  email: ['email', 'mail', 'emailaddress'],
  alias: ['alias'],
  phone: ['phone', 'mobile', 'phonenumber', 'telephone', 'telefon'],
  firstName: ['firstname', 'givenname', 'vorname'],
  secondName: ['secondname', 'lastname', 'surname', 'familyname', 'nachname'],
  apiSupport: ['apisupport'],
  externalId: ['externalid', 'customerid', 'kundennummer'],
  metadata: ['metadata'],
};

/** Of the metadata of a user. */
export const METADATA_LIMITS = { keys: 16, bytes: 2048 } as const;

/** A column name as it is compared: `First-Name` and `first_name` are one. */
export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/g, '');
}
