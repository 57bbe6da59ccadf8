import { setTimeout as pause } from 'node:timers/promises';
import { hotpCode } from '../harness/authenticator.ts';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Rejects if no answer came: the request may have been executed or not. */
export type Ask = (method: string, path: string, body?: object) => Promise<Answer>;

export function describeAnswer({ status, body }: Answer): string {
  return `${status} ${body.code ?? ''}`.trim();
}

/** A user with an HOTP token. */
export interface Person {
  readonly login: string;
  readonly resource: string;
  readonly token: string;
  readonly secret: string;
}

const CREATE_EVERY = 5;

/**
 * A person who signs in again and again, each time with the next code, and whose backend creates a user now and then. It
 * remembers what was acknowledged.
 */
export class Client {
  readonly person: Person;
  /** Users whose creation was acknowledged. */
  readonly created: string[] = [];
  /** Failed requests by what came instead. */
  readonly failures = new Map<string, number>();
  granted = 0;
  longestGapMs = 0;
  #counter = 0;
  #lastAccepted: string | undefined;
  /** The last request may have been executed. */
  #isInDoubt = false;
  #lastSuccess = 0;
  readonly #ask: Ask;

  constructor(person: Person, ask: Ask) {
    this.person = person;
    this.#ask = ask;
  }

  /**
   * Goes on until `isOver`.
   *
   * @param pauseMs between two requests
   */
  async run(isOver: () => boolean, pauseMs = 0): Promise<void> {
    this.#lastSuccess = performance.now();
    for (let turn = 1; !isOver(); turn++) {
      const isDone = await (turn % CREATE_EVERY === 0 ? this.#create(`${this.person.login}-${turn}`) : this.signIn());
      if (!isDone || pauseMs > 0) await pause(Math.max(10, pauseMs));
    }
    this.#noteGap();
  }

  /** Requests that were acknowledged. */
  get successes(): number {
    return this.granted + this.created.length;
  }

  /** True if it was granted. A code that was in doubt and is refused was used. */
  async signIn(): Promise<boolean> {
    const { login: user, resource, secret } = this.person;
    const otp = hotpCode(secret, this.#counter);
    const answer = await this.#request('/v1/authentications', { method: 'otp', resource, user, otp });
    const wasInDoubt = this.#isInDoubt;
    this.#isInDoubt = answer === undefined || answer.status >= 500;
    if (answer?.status === 200) {
      this.#counter += 1;
      this.granted += 1;
      this.#lastAccepted = otp;
      this.#succeed();
      return true;
    }
    if (answer?.status === 403 && wasInDoubt) {
      this.#counter += 1;
      return true;
    }
    this.#fail(answer);
    return false;
  }

  async #create(login: string): Promise<boolean> {
    const answer = await this.#request('/v1/users', { login });
    if (answer?.status === 201) {
      this.created.push(String(answer.body.id));
      this.#succeed();
      return true;
    }
    this.#fail(answer);
    return false;
  }

  /** The attack: the last code was seen, and is used again. True if it works. */
  async replays(): Promise<boolean> {
    if (this.#lastAccepted === undefined) return false;
    const { login: user, resource } = this.person;
    const body = { method: 'otp', resource, user, otp: this.#lastAccepted };
    return (await this.#ask('POST', '/v1/authentications', body)).status === 200;
  }

  /** The next two codes, to bring the token into step again. */
  nextTwo(): string {
    const codes = [0, 1].map((ahead) => hotpCode(this.person.secret, this.#counter + ahead));
    this.#counter += 2;
    return codes.join(' ');
  }

  async #request(path: string, body: object): Promise<Answer | undefined> {
    try {
      return await this.#ask('POST', path, body);
    } catch {
      return undefined;
    }
  }

  #succeed(): void {
    this.#noteGap();
    this.#lastSuccess = performance.now();
  }

  #noteGap(): void {
    this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#lastSuccess);
  }

  #fail(answer: Answer | undefined): void {
    const what = answer ? describeAnswer(answer) : 'no answer';
    this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
  }
}
