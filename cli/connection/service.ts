import type { Writable } from 'node:stream';
import { CodedError } from '@countersign/protocol/coded-error';

/** The API, over a socket or the network. */
export interface Service {
  /**
   * Sends one request.
   *
   * @param path such as `/v1/users`
   * @throws Refused if the service refuses; {@link Unreachable} if it does not answer
   */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** Streams the response of a GET, and leaves the stream open. */
  download(path: string, query: SendOptions['query'], to: Writable): Promise<void>;
  close(): Promise<void>;
}

export interface SendOptions {
  /** Undefined and null values are left out. */
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  /** The JSON of the body; undefined if there is none. */
  body: unknown;
}

/** The service refused, with a code. */
export class ServiceRefusal extends CodedError {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  constructor(status: number, problem: Problem) {
    super(problem.detail ? `${problem.title} (${problem.detail})` : problem.title);
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

/** There was no answer, or it is not from a Countersign service. */
export class Unreachable extends CodedError {
  readonly code = 'UNREACHABLE';
}

/** A mistake in how the command was called. */
export class UsageError extends CodedError {
  readonly code = 'USAGE';
}
