const MAX_HEADER_LENGTH = 200;

/** A language range and its weight (RFC 9110, 12.4.2 and 12.5.4). */
const RANGE = /^([A-Za-z0-9-]+|\*)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * The BCP 47 tags of an `Accept-Language` header, the preferred one first; of equal weight, in the order of the header.
 * Ranges that are malformed or not acceptable (`q=0`) are left out.
 */
export function acceptedLanguages(header = ''): string[] {
  const ranges = header.slice(0, MAX_HEADER_LENGTH).split(',');
  // Cut off, the last one could be another tag, or have another weight.
  if (header.length > MAX_HEADER_LENGTH) ranges.pop();
  return ranges
    .flatMap((range) => {
      const [, tag, weight = '1'] = RANGE.exec(range.trim()) ?? [];
      return tag === undefined || Number(weight) === 0 ? [] : [{ tag, weight: Number(weight) }];
    })
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}
