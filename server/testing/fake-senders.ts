import { CODE_CHANNELS, type CodeChannel, type CodeLimits } from '../kernel/code-channel.ts';
import type { Mail, MailFacts, MailKind } from '../kernel/mail.ts';
import type { CodeMessage, CodeSender } from '../kernel/ports/code-sender.ts';
import { type Mailer, MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { AskOutcome, WebhookRequest, WebhookSender } from '../kernel/ports/webhook-sender.ts';
import type { SendOutcome } from '../kernel/send-outcome.ts';
import { DEFAULT_CODE_LIMITS } from '../tokens/kinds/sent/code-limits.ts';
import { readTarget } from '../webhooks/target.ts';

/** Records messages, and responds as the test configures; by default 204 to everything. */
export class FakeWebhookSender implements WebhookSender {
  readonly sent: WebhookRequest[] = [];
  answer: (request: WebhookRequest, signal?: AbortSignal) => SendOutcome | Promise<SendOutcome> = () => ({
    kind: 'answered',
    status: 204,
  });

  read(text: string): { url: string } | { problem: string } {
    const target = readTarget(text, { allowedNetworks: [], allowHttpOnLoopback: false });
    return 'problem' in target ? target : { url: target.url.href };
  }

  async send(request: WebhookRequest, signal?: AbortSignal): Promise<SendOutcome> {
    this.sent.push(request);
    return this.answer(request, signal);
  }

  /** What a hook answers: by default a plain yes. */
  decide: (request: WebhookRequest) => AskOutcome | Promise<AskOutcome> = () => hookAnswer({ allow: true });

  async ask(request: WebhookRequest): Promise<AskOutcome> {
    this.sent.push(request);
    return this.decide(request);
  }
}

/** A well-formed answer of a hook with this body. */
export function hookAnswer(body: unknown): AskOutcome {
  return { kind: 'answered', status: 200, type: 'application/json', body: Buffer.from(JSON.stringify(body)) };
}

/** Stores messages, or fails on request. */
export class FakeMailer implements Mailer {
  readonly sent: Mail[] = [];
  down = false;
  /** No mail is configured. */
  isAbsent?: true;

  async send(mail: Mail): Promise<void> {
    if (this.down) throw new MailerUnavailable('down');
    this.sent.push(mail);
  }

  /** The facts of the last mail of a kind to an address. */
  last<K extends MailKind>(kind: K, to: string): MailFacts[K] {
    const mail = this.sent.findLast((one) => one.kind === kind && one.to === to);
    if (!mail) throw new Error(`no ${kind} was sent to ${to}`);
    return mail.facts as MailFacts[K];
  }
}

/** Stores codes, or fails on request. */
export class FakeCodeSender implements CodeSender {
  readonly sent: CodeMessage[] = [];
  readonly limits: CodeLimits;
  channels: readonly CodeChannel[] = CODE_CHANNELS;
  down = false;

  /** No limits unless the test sets them. */
  constructor(limits: Partial<CodeLimits> = {}) {
    this.limits = { ...DEFAULT_CODE_LIMITS, perHour: 1_000_000, ...limits };
  }

  async send(message: CodeMessage): Promise<void> {
    if (this.down) throw new MailerUnavailable('down');
    this.sent.push(message);
  }

  to(address: string): CodeMessage[] {
    return this.sent.filter(({ to }) => to === address);
  }

  last(address: string): CodeMessage {
    const message = this.to(address).at(-1);
    if (!message) throw new Error(`no code was sent to ${address}`);
    return message;
  }
}
