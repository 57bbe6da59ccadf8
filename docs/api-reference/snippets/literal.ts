/** How a language writes values. */
export interface Notation {
  text(value: string): string;
  words: { null: string; true: string; false: string };
  list: readonly [open: string, close: string];
  object: readonly [open: string, close: string];
  entry(name: string, value: string): string;
  /** If it does not write all numbers as JSON does. */
  number?(value: number): string;
  /** No comma may follow the last part. */
  isStrict?: true;
}

const WIDTH = 76;

/** A value as source text, on one line where it fits. */
export function literal(value: unknown, notation: Notation, indent = 0): string {
  if (typeof value === 'string') return notation.text(value);
  if (value === null || typeof value === 'boolean') return notation.words[`${value as null}`];
  if (typeof value === 'number') return notation.number?.(value) ?? String(value);
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => literal(one, notation, indent + 1))
    : Object.entries(value as object).map(([name, one]) => notation.entry(name, literal(one, notation, indent + 1)));
  const [open, close] = isList ? notation.list : notation.object;
  return enclose(open, close, parts, { indent, isStrict: notation.isStrict === true });
}

/** Parts between brackets: on one line where that fits, else each on a line of its own. */
export function enclose(
  open: string,
  close: string,
  parts: readonly string[],
  { indent = 0, isStrict = false }: { indent?: number; isStrict?: boolean } = {},
): string {
  if (parts.length === 0) return open + close;
  const space = open.endsWith('{') ? ' ' : '';
  const short = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (!short.includes('\n') && short.length + 2 * indent <= WIDTH) return short;
  const [inner, outer] = ['  '.repeat(indent + 1), '  '.repeat(indent)];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}${isStrict ? '' : ','}\n${outer}${close}`;
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
const NULLS = { null: 'null', true: 'true', false: 'false' };

export const TYPESCRIPT: Notation = {
  text: quoted,
  words: NULLS,
  list: ['[', ']'],
  object: ['{', '}'],
  entry: (name, value) => `${/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)}: ${value}`,
};
export const PYTHON: Notation = {
  text: (text) => JSON.stringify(text),
  words: { null: 'None', true: 'True', false: 'False' },
  list: ['[', ']'],
  object: ['{', '}'],
  entry: (name, value) => `${JSON.stringify(name)}: ${value}`,
};
export const PHP: Notation = {
  text: quoted,
  words: NULLS,
  list: ['[', ']'],
  object: ['[', ']'],
  entry: (name, value) => `${quoted(name)} => ${value}`,
};
export const JAVA: Notation = {
  text: (text) => JSON.stringify(text),
  words: NULLS,
  list: ['List.of(', ')'],
  object: ['Map.of(', ')'],
  entry: (name, value) => `${JSON.stringify(name)}, ${value}`,
  number: (value) => (Number.isInteger(value) && Math.abs(value) >= 2 ** 31 ? `${value}L` : String(value)),
  isStrict: true,
};
