import { execFileSync } from 'node:child_process';
import { base32Decode } from '../../server/tokens/kinds/oath/base32.ts';
import { ocraAnswer } from '../../server/tokens/kinds/ocra/answer.ts';
import { parseSuite } from '../../server/tokens/kinds/ocra/suite.ts';

/** The account behind an API key: what an administrator would do with curl, and a person with a browser. */
export interface Person {
  readonly id: string;
  readonly login: string;
  readonly password: string;
  /** The code of this moment. Each works once. */
  code(): string;
}

/** A user with an OCRA device. */
export interface Signer {
  readonly id: string;
  readonly login: string;
  answer(question: string): string;
}

export class Account {
  readonly #url: string;
  readonly #key: string;
  #people = 0;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async resource(settings: Record<string, unknown>): Promise<string> {
    const { id } = await this.#post('/v1/resources', { name: 'Juniper shop', ...settings });
    return String(id);
  }

  /** A user assigned to the resource with a token, new each time, so that no code is a replay of another. */
  async person(resource: string): Promise<Person> {
    const login = `person-${++this.#people}`;
    const password = 'correct horse battery';
    const user = await this.#post('/v1/users', { login, password });
    const made = await this.#post('/v1/tokens', { name: 'Phone', kind: 'totp', owner: user.id });
    const token = (made.token as { id: string }).id;
    await this.#post('/v1/assignments', { resource, user: user.id, token });
    const code = () =>
      execFileSync('oathtool', ['--totp', '--base32', String(made.secret)], { encoding: 'utf8' }).trim();
    return { id: String(user.id), login, password, code };
  }

  /** A user with an OCRA device, whose answers are bound to what they confirm. */
  async signer(resource: string): Promise<Signer> {
    const login = `person-${++this.#people}`;
    const user = await this.#post('/v1/users', { login });
    const suite = 'OCRA-1:HOTP-SHA256-8:QN08';
    const made = await this.#post('/v1/tokens', { name: 'Reader', kind: 'ocra', suite, owner: user.id });
    const token = (made.token as { id: string }).id;
    await this.#post('/v1/assignments', { resource, user: user.id, token });
    const secret = base32Decode(String(made.secret));
    const parsed = parseSuite(suite);
    if (!secret || !parsed) throw new Error('no device can be made of that');
    return { id: String(user.id), login, answer: (question) => ocraAnswer(parsed, secret, { question }) };
  }

  /** What the frame sends when a user confirms a transaction. Returns the result that the page gets. */
  async sign(begin: { resource: string; nonce: string; origin: string; loginRequest: string }, signer: Signer) {
    const { step, seq, question, handle } = await this.#send('/widget/v1/flows', begin, {});
    if (step !== 'sign') throw new Error(`the transaction stands at ${step}`);
    const otp = signer.answer(String(question));
    const view = await this.#send('/widget/v1/flow/sign', { seq, otp }, { 'countersign-flow': String(handle) });
    return String(view.result);
  }

  /** What the frame would send for a person who answers every step. Answers the result that the page would get. */
  async signIn(
    begin:
      | { resource: string; nonce: string; origin: string; loginRequest?: string }
      | { loginRequest: string }
      | { query: string },
    person: Person,
    path = '/widget/v1/flows',
  ) {
    let view = await this.#send(path, begin, {});
    const handle = String(view.handle);
    const answers = { identify: { login: person.login }, password: { password: person.password } };
    while (view.step !== 'done') {
      const step = String(view.step);
      const answer = step === 'otp' ? { otp: person.code() } : answers[step as keyof typeof answers];
      if (!answer || view.error) throw new Error(`the sign-in stands at ${JSON.stringify(view)}`);
      view = await this.#send(`/widget/v1/flow/${step}`, { seq: view.seq, ...answer }, { 'countersign-flow': handle });
    }
    return String(view.result);
  }

  /** Anything else, as the owner of the key. */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return this.#send(path, body, { authorization: `Bearer ${this.#key}` }, method);
  }

  #post(path: string, body: object) {
    return this.#send(path, body, { authorization: `Bearer ${this.#key}` });
  }

  async #send(
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
    method = 'POST',
  ): Promise<Record<string, unknown>> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }
}
