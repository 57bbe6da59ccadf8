import { FLOW_HEADER } from '@countersign/protocol/flow';
import { CSRF_HEADER, type SessionView, type SignInView, type StartedSignIn } from '@countersign/protocol/session';
import { appCode } from './authenticator.ts';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** An administrator's browser, as the service sees it. */
export class Administrator {
  readonly #url: string;
  readonly email: string;
  readonly #password: string;
  #cookie: string | undefined;
  #session: SessionView | undefined;
  /** As the service showed them once. */
  recoveryCodes: string[] = [];

  constructor(url: string, email: string, password: string) {
    this.#url = url;
    this.email = email;
    this.#password = password;
  }

  get session(): SessionView {
    if (!this.#session) throw new Error(`${this.email} has not signed in`);
    return this.#session;
  }

  /** Sends a request as our own pages do, with the session if there is one. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        origin: this.#url,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        ...(this.#cookie !== undefined && { cookie: this.#cookie }),
        ...(this.#session && { [CSRF_HEADER]: this.#session.csrf }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0];
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  /** Accepts an invitation with its link and code. */
  async accept(handOver: { link: string; code: string }, name: string): Promise<void> {
    const secret = new URL(handOver.link).hash.slice(1);
    const body = { secret, code: handOver.code, password: this.#password, name };
    const answer = await this.ask('POST', '/v1/invitation/accept', body);
    if (answer.status !== 200) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
  }

  /** The first sign-in, which enrols a token. */
  async enrol(account: string): Promise<void> {
    const { handle, view } = await this.#asFarAsThePassword(account);
    if (view.step !== 'enrol' || !view.enrolment) throw new Error(`at ${view.step}, not at enrol`);
    const otp = appCode(view.enrolment.secret);
    this.#opened(await this.#step(handle, 'enrol', { seq: view.seq, otp }));
  }

  /** Another sign-in, with a recovery code instead of the token's; returns the last step. */
  async signInWithRecoveryCode(account: string, code: string): Promise<SignInView> {
    this.#session = undefined;
    this.#cookie = undefined;
    const { handle, view } = await this.#asFarAsThePassword(account);
    const ended = await this.#step(handle, 'recovery', { seq: view.seq, code });
    if (ended.step === 'done') this.#opened(ended);
    return ended;
  }

  async #asFarAsThePassword(account: string): Promise<{ handle: string; view: SignInView }> {
    const { body } = await this.ask('POST', '/v1/session/begin', { account });
    const started = body as unknown as StartedSignIn;
    const { handle } = started;
    const known = await this.#step(handle, 'identify', { seq: started.seq, email: this.email });
    return { handle, view: await this.#step(handle, 'password', { seq: known.seq, password: this.#password }) };
  }

  async #step(handle: string, step: string, body: object): Promise<SignInView> {
    const answer = await this.ask('POST', `/v1/session/${step}`, body, { [FLOW_HEADER]: handle });
    if (answer.status !== 200) throw new Error(`${step} was refused: ${JSON.stringify(answer.body)}`);
    return answer.body as unknown as SignInView;
  }

  #opened(view: SignInView): void {
    if (view.step !== 'done' || !view.session) throw new Error(`at ${view.step}: ${JSON.stringify(view.error)}`);
    this.#session = view.session;
    if (view.recoveryCodes) this.recoveryCodes = view.recoveryCodes;
  }
}
