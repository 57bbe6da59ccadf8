/**
 * The documents show example values; a real run makes others. What is recognisable as such a value is matched by its
 * kind, and remembered: where a document uses it again, the real one is put in its place.
 */
const KINDS: readonly RegExp[] = [
  /csk_[0-9a-z]{11}_[0-9a-z]{11}_[0-9a-z]{32}/,
  /csk_[0-9a-z]{11}_[0-9a-z]{11}/,
  /\b(?:acc|res|usr|tok|flt|key|whk)_[0-3][0-9a-hjkmnp-tv-z]{10}\b/,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/,
  /\b[A-Z2-7]{32}\b/,
  /\bwhsec_[A-Za-z0-9+/]{43}=/,
  // A recovery code.
  /\b[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}\b/,
];
const VALUE = new RegExp(KINDS.map(({ source }) => source).join('|'), 'g');
/** Milliseconds since 1970: any time after 2001 is as good as any other. */
const AN_INSTANT = 1e12;

export class ExampleValues {
  readonly #real = new Map<string, string>();

  set(example: string, real: string): void {
    this.#real.set(example, real);
  }

  /** The text with every known example value replaced, the longest first. */
  fill(text: string): string {
    const known = [...this.#real].sort(([one], [other]) => other.length - one.length);
    return known.reduce((filled, [example, real]) => filled.replaceAll(example, real), text);
  }

  /** What is different between the documented text and the real one, beyond the values of each; else undefined. */
  compareText(documented: string, real: string): string | undefined {
    const [shown, got] = [documented.trimEnd(), real.trimEnd()];
    const [examples, values] = [shown.match(VALUE) ?? [], got.match(VALUE) ?? []];
    if (shown.replace(VALUE, '<value>') !== got.replace(VALUE, '<value>'))
      return `documented:\n${shown}\nreal:\n${got}`;
    return examples.map((example, i) => this.#learn(example, values[i] ?? '', 'text')).find((problem) => problem);
  }

  /** Differences between the documented JSON and the real one: members, types, and every value that is not an example. */
  compareJson(documented: unknown, real: unknown, path = 'answer'): string[] {
    if (Array.isArray(documented) && Array.isArray(real)) {
      if (documented.length !== real.length) return [`${path} has ${real.length} items, not ${documented.length}`];
      return documented.flatMap((item, i) => this.compareJson(item, real[i], `${path}[${i}]`));
    }
    if (isRecord(documented) && isRecord(real)) {
      const names = [...new Set([...Object.keys(documented), ...Object.keys(real)])];
      return names.flatMap((name) => {
        if (!(name in real)) return [`${path}.${name} is documented and not there`];
        if (!(name in documented)) return [`${path}.${name} is there and not documented`];
        return this.compareJson(documented[name], real[name], `${path}.${name}`);
      });
    }
    if (typeof documented === 'string' && typeof real === 'string') {
      const filled = this.fill(documented);
      const problem = filled === real ? undefined : this.compareText(filled, real);
      return problem === undefined ? [] : [`${path}: ${problem}`];
    }
    if (typeof documented === 'number' && typeof real === 'number' && documented > AN_INSTANT && real > AN_INSTANT) {
      return [];
    }
    return documented === real ? [] : [`${path} is ${JSON.stringify(real)}, not ${JSON.stringify(documented)}`];
  }

  #learn(example: string, real: string, path: string): string | undefined {
    const known = this.#real.get(example);
    if (KINDS.find((kind) => kind.test(example)) !== KINDS.find((kind) => kind.test(real))) {
      return `${path}: ${real} is no value like ${example}`;
    }
    // Times and request ids differ each time; nothing later refers to them.
    if (known === undefined) this.#real.set(example, real);
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
