import type { FlowPurpose, FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import type { EnrolmentKind } from '@countersign/protocol/tokens';
import type { ReportedTraits } from '../browsers/device-fingerprint/browser-signals.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { type AnswerableStep, type Flow, SECOND_STEPS } from '../sign-in/flow.ts';
import { requestUnlock } from '../sign-in/recovery/unlock/request-unlock.ts';
import type { Rule } from '../sign-in/rule.ts';
import { RULES } from '../sign-in/rules.ts';
import { startFlow } from '../sign-in/start/start-flow.ts';
import type { Step } from '../sign-in/step.ts';
import type { StepRequest } from '../sign-in/step-outcome.ts';
import { STEPS } from '../sign-in/steps.ts';
import { submitStep } from '../sign-in/submit-step.ts';
import { presentFlow, viewFlow } from '../sign-in/view-flow.ts';
import { type Fixture, NONCE, ORIGIN, PASSWORD, unwrap } from './fixtures.ts';
import type { TestPorts } from './test-ports.ts';

export interface LoginDriverOptions {
  /** Another process than the fixture's own. */
  ports?: TestPorts;
  loginRequest?: string;
  nonce?: string;
  origin?: string;
  address?: string | undefined;
  purpose?: FlowPurpose;
  /** The browser's signals; its user agent comes with every request. */
  browser?: ReportedTraits;
  /** Those of the product, unless a test plants others. */
  rules?: readonly Rule[];
}

/** A user of the widget: stores the handle and the last view, and submits step by step. */
export class LoginDriver {
  readonly scene: Fixture;
  readonly ports: TestPorts;
  readonly handle: string;
  address: string | undefined;
  userAgent: string | undefined;
  view: FlowView;
  rules: readonly Rule[] = RULES;

  constructor(scene: Fixture, ports: TestPorts, begun: FlowView & { handle: string }, address: string | undefined) {
    this.scene = scene;
    this.ports = ports;
    this.handle = begun.handle;
    this.view = begun;
    this.address = address;
  }

  static async begin(scene: Fixture, options: LoginDriverOptions = {}): Promise<LoginDriver> {
    const { ports = scene.ports, nonce = NONCE, origin = ORIGIN, address, loginRequest, browser, purpose } = options;
    const { userAgent, ...traits } = browser ?? {};
    const begun = await startFlow(ports, {
      resource: scene.resource.id,
      nonce,
      origin,
      client: { ...client(address), ...omitUndefined({ userAgent }) },
      ...(browser && { traits }),
      ...omitUndefined({ loginRequest, purpose }),
    });
    const driver = new LoginDriver(scene, ports, unwrap(begun), address);
    driver.userAgent = userAgent;
    driver.rules = options.rules ?? RULES;
    return driver;
  }

  /** Runs to the step that asks for the second factor. */
  static async toOtp(scene: Fixture, options: LoginDriverOptions = {}): Promise<LoginDriver> {
    const walk = await LoginDriver.begin(scene, options);
    await walk.identify();
    if (walk.view.step === 'password') await walk.password();
    if (!SECOND_STEPS.some((step) => step === walk.view.step))
      throw new Error(`at ${walk.view.step}: ${walk.view.error?.code}`);
    return walk;
  }

  identify(login = this.scene.user.login, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.identify, seq, { login });
  }

  password(password = PASSWORD, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.password, seq, { password });
  }

  /** The password, with what the browser keeps. */
  passwordIn(browsers: string[], password = PASSWORD): Promise<Result<FlowView>> {
    return this.#submit(STEPS.password, this.view.seq, { password, browsers });
  }

  /** The code, with the wish to trust the browser; returns what the browser keeps then. */
  async trust(otp: string): Promise<string | undefined> {
    await this.#submit(STEPS.otp, this.view.seq, { otp, trust: true });
    return this.view.trust?.secret;
  }

  otp(otp: string, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.otp, seq, { otp });
  }

  recovery(code: string, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.recovery, seq, { code });
  }

  sign(otp: string, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.sign, seq, { otp });
  }

  cancel(seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.cancel, seq, {});
  }

  passkey(response: PasskeyAssertion, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.passkey, seq, { response });
  }

  trustByPasskey(response: PasskeyAssertion): Promise<Result<FlowView>> {
    return this.#submit(STEPS.passkey, this.view.seq, { response, trust: true });
  }

  choose(factor: string, seq = this.view.seq, language: MailLanguage = 'en'): Promise<Result<FlowView>> {
    return this.#submit(STEPS.factor, seq, { factor, language });
  }

  /** Submits the first code of a token that is being enrolled. */
  enrol(otp: string, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.enrol, seq, { otp, language: 'en' });
  }

  /** Selects the kind of token to enrol; undefined: back to the selection. */
  chooseKind(kind?: EnrolmentKind, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS['enrol/kind'], seq, { kind });
  }

  /** Requests the first code, to this number if none is known. */
  sendFirst(phone?: string, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS['enrol/send'], seq, { phone, language: 'en' });
  }

  enrolPasskey(response: PasskeyAttestation, seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS['enrol/passkey'], seq, { response, language: 'en' });
  }

  later(seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS['enrol/later'], seq, {});
  }

  confirmCodes(seq = this.view.seq): Promise<Result<FlowView>> {
    return this.#submit(STEPS.codes, seq, {});
  }

  askUnlock(language: MailLanguage = 'en'): Promise<Result<FlowView>> {
    return this.#seen(requestUnlock(this.ports, { ...this.#answer(this.view.seq), language }));
  }

  /** Runs an action of the user on the self-service page. */
  self<A extends object>(
    verb: (ports: TestPorts, answer: StepRequest & { language: MailLanguage } & A) => Promise<Result<Flow>>,
    fields: A,
    seq = this.view.seq,
  ): Promise<Result<FlowView>> {
    const run = async () => {
      const flow = await verb(this.ports, { ...this.#answer(seq), language: 'en', ...fields });
      return isRefusal(flow) ? flow : presentFlow(this.ports, flow);
    };
    return this.#seen(run());
  }

  look(): Promise<Result<FlowView>> {
    return viewFlow(this.ports, this.handle);
  }

  #submit<Input extends object>(
    step: Step<AnswerableStep, Input>,
    seq: number,
    input: Input,
  ): Promise<Result<FlowView>> {
    return this.#seen(submitStep(this.ports, step, this.#answer(seq), input, this.rules));
  }

  #answer(seq: number) {
    return {
      handle: this.handle,
      seq,
      client: { ...client(this.address), ...omitUndefined({ userAgent: this.userAgent }) },
    };
  }

  async #seen(answer: Promise<Result<FlowView>>): Promise<Result<FlowView>> {
    const verdict = await answer;
    if (!isRefusal(verdict)) this.view = verdict;
    return verdict;
  }
}

function client(address: string | undefined): { address?: string } {
  return address === undefined ? {} : { address };
}
