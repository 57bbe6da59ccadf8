/** Learns of every request. */
export interface RequestObserver {
  started(id: string): void;
  answered(request: AnsweredRequest): void;
}

export interface AnsweredRequest {
  readonly id: string;
  /** The pattern of its route; undefined: there is none at its address. */
  readonly route: string | undefined;
  readonly method: string;
  readonly status: number;
  /** The refusal, if it was refused. */
  readonly code: string | undefined;
  readonly ms: number;
}
