/** Every text in a document that looks like the output of a secret box, at a known location or not. */
export function sealedTexts(value: unknown): string[] {
  const texts: string[] = [];
  const look = (inner: unknown): void => {
    if (typeof inner === 'string') {
      if (SEALED.test(inner)) texts.push(inner);
    } else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(look);
  };
  look(value);
  return texts;
}

/** The id of the master key is the second part. */
const SEALED = /^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22,}$/;

export function keyIdOf(sealed: string): string {
  return sealed.split('.')[1] ?? '';
}

/** The same document with the sealed texts replaced. */
export function replaceSealed(value: unknown, sealed: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return sealed.get(value) ?? value;
  if (Array.isArray(value)) return value.map((inner) => replaceSealed(inner, sealed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replaceSealed(inner, sealed)]));
}
