const MAX_HEADER_LENGTH = 200;

/** The BCP 47 tags of an `Accept-Language` header as it lists them; browsers list the preferred one first. */
export function acceptedLanguages(header = ''): string[] {
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim() ?? '');
}
