/** What a span says about its step. From the code alone: never an id of a user, a login, or what a client chose. */
export type SpanFacts = Readonly<Record<string, string | number>>;

/** A request that is being traced. */
export interface RequestSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Names the request after its route and method. */
  end(name: string, facts: SpanFacts, outcome: 'ok' | 'error'): void;
}

/** Reports how long the steps of a request take. It never makes one wait, and drops what it cannot report. */
export interface Tracer {
  /**
   * Runs a request.
   *
   * @param parent the `traceparent` (W3C Trace Context) of a trusted proxy; undefined or malformed: a new trace begins
   */
  request<T>(parent: string | undefined, run: (span: RequestSpan) => Promise<T>): Promise<T>;
  /** Runs a step of the request that is being run. Background work is not traced. */
  step<T>(name: string, facts: SpanFacts, run: () => Promise<T>): Promise<T>;
  /** Runs background work of its own trace. */
  work<T>(name: string, facts: SpanFacts, run: () => Promise<T>): Promise<T>;
  /** A step of the request that is being run has ended, and took so long. */
  took(name: string, ms: number): void;
  /** Reports what is left, as far as the receiver takes it soon. */
  stop(): Promise<void>;
}
