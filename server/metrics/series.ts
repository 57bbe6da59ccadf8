/** One number of a series, with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram: the series with its suffix. */
  readonly metricName?: string;
}

/** How the values of several processes become one. */
export type Merge = 'sum' | 'max' | 'min' | 'first' | 'average';

/** A series with its numbers, as processes hand it to each other. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: Merge;
  readonly values: readonly Sample[];
}

type Values<L extends readonly string[]> = { readonly [I in keyof L]: string };

/** What the number of a series is about. Values of labels never name an account, a user or anything else of customers. */
export interface SeriesDescription<L extends readonly string[]> {
  /** As in https://prometheus.io/docs/practices/naming: base units, and `_total` for a counter. */
  readonly name: string;
  readonly help: string;
  readonly labels: L;
  /** Combinations that are 0 from the start, so that their first increase is seen. Default: the one without labels. */
  readonly known?: readonly Values<L>[];
}

/**
 * Combinations of label values that a series keeps; further ones are counted together. All labels are bounded by the
 * code, so that a bug and not a client would get here.
 */
const MAX_COMBINATIONS = 2000;
const OTHER = 'other';

class Combinations<L extends readonly string[], T> {
  readonly #cells = new Map<string, { readonly values: Values<L>; readonly cell: T }>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(values: Values<L>): T {
    const key = values.join('\n');
    const known = this.#cells.get(key);
    if (known) return known.cell;
    const isFull = this.#cells.size >= MAX_COMBINATIONS && values.some((value) => value !== OTHER);
    return isFull ? this.of(values.map(() => OTHER) as unknown as Values<L>) : this.#add(key, values);
  }

  /** Adds the combinations that a description knows. */
  start({ labels, known = labels.length === 0 ? [labels as unknown as Values<L>] : [] }: SeriesDescription<L>): void {
    for (const values of known) this.of(values);
  }

  entries(): Iterable<{ readonly values: Values<L>; readonly cell: T }> {
    return this.#cells.values();
  }

  #add(key: string, values: Values<L>): T {
    const cell = this.#make();
    this.#cells.set(key, { values, cell });
    return cell;
  }
}

/**
 * A number that only grows. Apart from its description it is a map of numbers: the Prometheus library takes a
 * microsecond for each observation, and a code check makes eight.
 */
export class Counter<const L extends readonly string[]> {
  readonly #description: SeriesDescription<L>;
  readonly #cells = new Combinations<L, { value: number }>(() => ({ value: 0 }));

  constructor(description: SeriesDescription<L>) {
    this.#description = description;
    this.#cells.start(description);
  }

  add(values: Values<L>, amount = 1): void {
    this.#cells.of(values).value += amount;
  }

  family(): Family {
    const { name, help, labels } = this.#description;
    const values = Array.from(this.#cells.entries(), ({ values: given, cell }) => ({
      labels: labelled(labels, given),
      value: cell.value,
    }));
    return { name, help, type: 'counter', aggregator: 'sum', values };
  }
}

class Distribution {
  /** Observations in each bucket, and in none. */
  readonly counts: number[];
  readonly #bounds: readonly number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(observed: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && observed > (bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += observed;
  }
}

/** How often a number was in which range. */
export class Histogram<const L extends readonly string[]> {
  readonly #description: SeriesDescription<L>;
  readonly #bounds: readonly number[];
  readonly #cells: Combinations<L, Distribution>;

  /** @param bounds the upper bounds of its buckets, rising */
  constructor(description: SeriesDescription<L>, bounds: readonly number[]) {
    this.#description = description;
    this.#bounds = bounds;
    this.#cells = new Combinations(() => new Distribution(bounds));
    this.#cells.start(description);
  }

  observe(values: Values<L>, observed: number): void {
    this.#cells.of(values).observe(observed);
  }

  /** The part with these labels, for what is observed most. */
  with(values: Values<L>): Pick<Distribution, 'observe'> {
    return this.#cells.of(values);
  }

  family(): Family {
    const { name, help } = this.#description;
    const values = [...this.#cells.entries()].flatMap(({ values: given, cell }) => this.#samples(given, cell));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  #samples(given: Values<L>, { counts, sum }: Distribution): Sample[] {
    const { name } = this.#description;
    const labels = labelled(this.#description.labels, given);
    let count = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, at) => {
      count += counts[at] ?? 0;
      return { labels: { ...labels, le }, value: count, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  }
}

/** A number as it is when it is asked for. */
export function gauge(
  name: string,
  help: string,
  values: readonly Sample[] | number,
  aggregator: Merge = 'sum',
): Family {
  const samples = typeof values === 'number' ? [{ labels: {}, value: values }] : values;
  return { name, help, type: 'gauge', aggregator, values: samples };
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}
