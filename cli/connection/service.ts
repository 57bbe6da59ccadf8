import type { Writable } from 'node:stream';

/** What the commands talk to: the API, over whichever way there is to it. */
export interface Service {
  /**
   * One request. A refusal of the service throws {@link Refused}; no answer throws {@link Unreachable}.
   *
   * @param path such as `/v1/users`
   */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** A GET whose answer goes to a stream as it comes, however long it is; the stream is left open. */
  download(path: string, query: SendOptions['query'], to: Writable): Promise<void>;
  close(): Promise<void>;
}

export interface SendOptions {
  /** What is undefined or null is left out. */
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  /** The JSON of the body; undefined when there was none. */
  body: unknown;
}

/** The service said no, with a code. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  constructor(status: number, problem: Problem) {
    super(problem.detail ? `${problem.title} (${problem.detail})` : problem.title);
    this.name = 'Refused';
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
  }
}

export interface Problem {
  code: string;
  title: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** Nobody answered, or not as a Countersign service does. */
export class Unreachable extends Error {}

/** A mistake in how the command was called. */
export class UsageError extends Error {}
