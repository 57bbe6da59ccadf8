/**
 * Why a file of tokens, or a row of one, is refused: a stable code and a sentence. Never contains anything from the
 * file.
 */
export const IMPORT_FLAWS = {
  // The file as a whole.
  FILE_EMPTY: 'There is no token in the file.',
  FILE_TOO_LARGE: 'The file has more than 2 MiB.',
  TOO_MANY_ROWS: 'The file has more than 10,000 tokens.',
  NOT_UTF8: 'The text is not UTF-8.',
  CSV_MALFORMED: 'The file is not well-formed CSV.',
  CSV_HEADER_INVALID: 'The first line has no column for the seed, or has one twice.',
  XML_MALFORMED: 'The file is not well-formed XML.',
  XML_DOCTYPE: 'The XML has a document type, an entity or a processing instruction.',
  XML_OUT_OF_BOUNDS: 'The XML is nested too deeply, or something in it is too large.',
  JSON_MALFORMED: 'The file is not well-formed JSON.',
  JSON_OUT_OF_BOUNDS: 'The JSON is nested too deeply, or has too many values.',
  APP_EXPORT_UNKNOWN: 'The JSON is no export of Aegis, 2FAS or Bitwarden, or a part of it is missing or malformed.',
  PSKC_UNKNOWN: 'The XML is no key container of PSKC 1.0 (RFC 6030).',
  PSKC_STRUCTURE: 'The key container has a part that is missing, malformed, unknown or there twice.',
  PROTECTION_UNSUPPORTED: 'The file is protected in a way that is not supported.',
  ACCOUNT_RESTRICTED:
    'The export is encrypted for its Bitwarden account alone. Export again as encrypted JSON, of the type "Password protected".',
  PASSWORD_NEEDED: 'The file is protected by a password, which is missing.',
  PRE_SHARED_KEY_NEEDED: 'The container is protected by a pre-shared key, which is missing.',
  KEY_LENGTH_WRONG: 'The key has not the length that the algorithm of the container needs.',
  NOT_ENCRYPTED: 'A key or a password was given, and the file is not encrypted.',
  KEY_WRONG: 'The key or the password is wrong, or the file has been altered.',

  // One row.
  ROW_MALFORMED: 'The row cannot be read.',
  KIND_MISSING: 'Nothing says whether the token counts by time or by event, or answers questions.',
  KIND_UNSUPPORTED: 'Tokens of this kind are not supported.',
  ALGORITHM_UNSUPPORTED: 'The algorithm is none of SHA1, SHA256, SHA512.',
  DIGITS_UNSUPPORTED: 'A code has 6 or 8 decimal digits, without a check digit.',
  PERIOD_UNSUPPORTED: 'A period is a multiple of 30 seconds, at most a day.',
  COUNTER_INVALID: 'The counter is missing, or no whole number in its bounds.',
  SUITE_MISSING: 'Nothing says the OCRA suite of the device.',
  SUITE_UNSUPPORTED:
    'No OCRA suite that is taken: answers of 6 to 10 digits, questions of 6 characters or more (8 where neither counter nor time is in the suite), steps of half a minute to an hour, no session data.',
  SUITE_CONTRADICTED: 'The OCRA suite and what the row says besides are not the same, or the token is of another kind.',
  SUITE_PIN_INVALID: 'The PIN that goes into the answers of this OCRA suite is missing, or has not 4 to 16 digits.',
  SEED_MISSING: 'There is no seed.',
  SEED_MALFORMED: 'The seed cannot be read in its encoding.',
  SEED_AMBIGUOUS: 'The seed could be hexadecimal or base32. Say which.',
  SEED_TOO_SHORT: 'The seed has less than 128 bits (RFC 4226 section 4, R6).',
  SEED_TOO_LONG: 'The seed has more than 512 bits.',
  SEED_PLAIN: 'The seed is not encrypted, and the container is.',
  NAME_INVALID: 'A name is one line of 1 to 100 characters.',
  SERIAL_INVALID: 'A serial number is one line of 1 to 64 characters.',
  OWNER_UNKNOWN: 'The account has no user of this name.',
  OWNER_FORBIDDEN: 'This user has resources that you may not act on.',
  EXPIRY_INVALID: 'The date of expiry cannot be read.',
  POLICY_UNSUPPORTED: 'The key has a policy that is not understood or cannot be kept (RFC 6030 section 5).',
  VALUE_ENCRYPTED: 'Something else than the seed is encrypted, which is not supported.',
  MAC_MISSING: 'The encrypted seed has no authentication code, or no method for it.',
  MAC_WRONG: 'The key or the password is wrong, or the seed has been altered.',
  REPEATED: 'The same token is in an earlier row.',
  SERIAL_REPEATED: 'An earlier row has the same serial number.',
  SERIAL_TAKEN: 'Another token of the account has this serial number.',
} as const satisfies Record<string, string>;

export type ImportFlaw = keyof typeof IMPORT_FLAWS;

/** What the importing administrator should know although the tokens are accepted. */
export const IMPORT_WARNINGS = {
  SIGNATURE_UNCHECKED: 'The container is signed, and the signature has not been checked.',
  PIN_KEYS_LEFT_OUT: 'PINs that devices check themselves are left out.',
  DRIFT_LEFT_OUT: 'Some clocks have drifted further than is followed. Those tokens need a resynchronisation.',
  COLUMNS_IGNORED: 'Some columns are not known and have been ignored.',
  BATCH_INCOMPLETE: 'Of an export in several parts some are missing.',
} as const satisfies Record<string, string>;

export type ImportWarning = keyof typeof IMPORT_WARNINGS;

export const IMPORT_FORMATS = ['pskc', 'csv', 'otpauth', 'migration', 'app'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The kinds that a CSV file may contain. */
export const IMPORT_KINDS = ['totp', 'hotp', 'ocra'] as const;

/** The encodings of seeds in a CSV file. */
export const SEED_ENCODINGS = ['hex', 'base32', 'base64'] as const;
export type SeedEncoding = (typeof SEED_ENCODINGS)[number];

export const IMPORT_MAX_BYTES = 2 * 1024 * 1024;
export const IMPORT_MAX_ROWS = 10_000;
