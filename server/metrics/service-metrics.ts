import { LOCK_REASONS, TOKEN_KINDS } from '@countersign/protocol/tokens';
import { CONSUMERS } from '../events/documents.ts';
import { CODE_CHANNELS } from '../kernel/code-channel.ts';
import { LIMITS } from '../kernel/limits.ts';
import { MAIL_KINDS } from '../kernel/mail.ts';
import { Counter, type Family, Histogram } from './series.ts';

/** Seconds of a request: from an answer out of memory to the longest wait for a gateway. */
const REQUEST_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds of a trip to the store: from the same process to a store that is about to time out. */
const STORE_BOUNDS = [0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3];
/** Seconds of a password hash: around 10 ms by default, 100 times that at the highest settings. */
const HASH_BOUNDS = [0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Seconds of sending something to another server. */
const SEND_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
/** Seconds of a lookup: in a file in memory, or of a service on the internet until it is given up. */
const LOOKUP_BOUNDS = [0.000_05, 0.000_1, 0.000_5, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2];
const JOB_BOUNDS = [0.001, 0.01, 0.1, 1, 10, 60, 600];

/** The calls to the store that are timed. */
const STORE_OPERATIONS = ['read', 'commit', 'increment', 'range', 'read-events', 'scan', 'check'] as const;
export type StoreOperation = (typeof STORE_OPERATIONS)[number];

const SEND_OUTCOMES = ['sent', 'failed'] as const;
export type SendResult = (typeof SEND_OUTCOMES)[number];

const LOOKUP_OUTCOMES = ['listed', 'unlisted', 'failed'] as const;
export type LookupOutcome = (typeof LOOKUP_OUTCOMES)[number];

const JOB_OUTCOMES = ['success', 'failure'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** Everything that this process counts as it happens. What is read when it is asked for is in `read-gauges.ts`. */
export class ServiceMetrics {
  readonly requests = new Counter({
    name: 'countersign_http_requests_total',
    help: 'Requests by route, method, status and refusal code.',
    labels: ['route', 'method', 'status', 'code'],
  });
  readonly requestSeconds = new Histogram(
    {
      name: 'countersign_http_request_duration_seconds',
      help: 'Time from the first middleware to the response.',
      labels: ['route', 'method'],
    },
    REQUEST_BOUNDS,
  );

  readonly authentications = new Counter({
    name: 'countersign_authentications_total',
    help: 'Evaluated attempts to sign in or to confirm a transaction, by way in, factors, outcome and reason.',
    labels: ['way', 'method', 'outcome', 'reason'],
  });
  readonly authenticationSeconds = new Histogram(
    {
      name: 'countersign_authentication_duration_seconds',
      help: 'Time from the request to the durable outcome of an attempt.',
      labels: ['way', 'method'],
    },
    REQUEST_BOUNDS,
  );
  readonly flowsStarted = new Counter({
    name: 'countersign_flows_started_total',
    help: 'Sign-ins in the widget and on hosted pages in which the user has typed something.',
    labels: [],
  });
  readonly flowSteps = new Counter({
    name: 'countersign_flow_steps_total',
    help: 'Answers in these sign-ins by the step that followed. `done`, `denied` and `self` end a sign-in.',
    labels: ['step'],
  });
  readonly resultsIssued = new Counter({
    name: 'countersign_results_issued_total',
    help: 'Signed results created.',
    labels: [],
  });
  readonly resultsConsumed = new Counter({
    name: 'countersign_results_consumed_total',
    help: 'Results consumed by a backend through the API. Backends that verify by themselves are not counted.',
    labels: [],
  });
  readonly tokenLocks = new Counter({
    name: 'countersign_token_locks_total',
    help: 'Tokens locked after too many wrong codes, by reason and kind of token.',
    labels: ['reason', 'kind'],
    known: LOCK_REASONS.flatMap((reason) => TOKEN_KINDS.map((kind) => [reason, kind] as const)),
  });
  readonly limitRefusals = new Counter({
    name: 'countersign_limit_refusals_total',
    help: 'Requests beyond a limit per window, by limit.',
    labels: ['limit'],
    known: LIMITS.map((limit) => [limit] as const),
  });

  readonly faults = new Counter({
    name: 'countersign_faults_total',
    help: 'Failures that did not stop the work around them, by part.',
    labels: ['part'],
  });

  readonly hashSeconds = new Histogram(
    {
      name: 'countersign_password_hash_duration_seconds',
      help: 'Time of a password hash on its thread, without the wait for a thread.',
      labels: [],
    },
    HASH_BOUNDS,
  );
  readonly hashOverloads = new Counter({
    name: 'countersign_password_hash_overloads_total',
    help: 'Passwords refused because too many hashes were waiting.',
    labels: [],
  });

  readonly breachLookups = new Counter({
    name: 'countersign_breached_password_lookups_total',
    help: 'Passwords looked up in the list of breached ones, by outcome.',
    labels: ['outcome'],
    known: LOOKUP_OUTCOMES.map((outcome) => [outcome] as const),
  });
  readonly breachLookupSeconds = new Histogram(
    {
      name: 'countersign_breached_password_lookup_duration_seconds',
      help: 'Time of such a lookup.',
      labels: [],
    },
    LOOKUP_BOUNDS,
  );

  readonly codes = new Counter({
    name: 'countersign_codes_total',
    help: 'One-time codes handed to a gateway or mail server, by channel and outcome.',
    labels: ['channel', 'outcome'],
    known: CODE_CHANNELS.flatMap((channel) => SEND_OUTCOMES.map((outcome) => [channel, outcome] as const)),
  });
  readonly codeSeconds = new Histogram(
    {
      name: 'countersign_code_send_duration_seconds',
      help: 'Time until the gateway or mail server took a code, or refused it.',
      labels: ['channel'],
    },
    SEND_BOUNDS,
  );
  readonly mails = new Counter({
    name: 'countersign_mails_total',
    help: 'Mails handed to the mail server, by kind and outcome. Codes by mail are among them.',
    labels: ['kind', 'outcome'],
    known: MAIL_KINDS.flatMap((kind) => SEND_OUTCOMES.map((outcome) => [kind, outcome] as const)),
  });

  readonly storeSeconds = new Histogram(
    {
      name: 'countersign_store_operation_duration_seconds',
      help: 'Time of a call to the store. A commit is durable when it ends.',
      labels: ['operation'],
    },
    STORE_BOUNDS,
  );
  readonly storeErrors = new Counter({
    name: 'countersign_store_errors_total',
    help: 'Calls to the store that failed.',
    labels: ['operation'],
    known: STORE_OPERATIONS.map((operation) => [operation] as const),
  });
  readonly storeConflicts = new Counter({
    name: 'countersign_store_conflicts_total',
    help: 'Commits that lost against another writer and were decided again.',
    labels: [],
  });

  readonly events = new Counter({
    name: 'countersign_events_appended_total',
    help: 'Events appended to the audit log, by type and outcome.',
    labels: ['type', 'outcome'],
  });
  readonly eventsConsumed = new Counter({
    name: 'countersign_events_consumed_total',
    help: 'Events read by a background consumer. `audit` seals them.',
    labels: ['consumer'],
  });
  readonly eventsLost = new Counter({
    name: 'countersign_events_lost_total',
    help: 'Events that the store dropped before a consumer had read them.',
    labels: ['consumer'],
    known: CONSUMERS.map((consumer) => [consumer] as const),
  });

  readonly eventsRemoved = new Counter({
    name: 'countersign_events_removed_total',
    help: 'Old events removed from the audit log by its retention.',
    labels: [],
  });

  readonly feedEvents = new Counter({
    name: 'countersign_audit_feed_events_total',
    help: 'Events that the receiver of the audit feed has.',
    labels: [],
  });
  readonly feedMissed = new Counter({
    name: 'countersign_audit_feed_missed_segments_total',
    help: 'Pieces of the audit log that were gone before the audit feed had sent them.',
    labels: [],
  });

  readonly webhookTries = new Counter({
    name: 'countersign_webhook_deliveries_total',
    help: 'Tries to deliver a webhook, by outcome: the class of the status, or why there was none.',
    labels: ['outcome'],
  });
  readonly webhookSeconds = new Histogram(
    { name: 'countersign_webhook_delivery_duration_seconds', help: 'Time of a try to deliver a webhook.', labels: [] },
    SEND_BOUNDS,
  );

  readonly hookCalls = new Counter({
    name: 'countersign_hook_calls_total',
    help: 'Calls of blocking hooks, by outcome: the class of the status, or why there was none.',
    labels: ['outcome'],
  });
  readonly hookSeconds = new Histogram(
    { name: 'countersign_hook_call_duration_seconds', help: 'Time of a call of a blocking hook.', labels: [] },
    SEND_BOUNDS,
  );

  readonly jobRuns = new Counter({
    name: 'countersign_job_runs_total',
    help: 'Runs of a periodic job, by its name and outcome.',
    labels: ['name', 'outcome'],
  });
  readonly jobSeconds = new Histogram(
    { name: 'countersign_job_duration_seconds', help: 'Time of a run of a periodic job.', labels: ['name'] },
    JOB_BOUNDS,
  );

  /** Starts the runs of these jobs at 0. */
  expectJobs(names: readonly string[]): void {
    for (const name of names) for (const outcome of JOB_OUTCOMES) this.jobRuns.add([name, outcome], 0);
  }

  families(): Family[] {
    return Object.values(this).map((series: Counter<readonly string[]> | Histogram<readonly string[]>) =>
      series.family(),
    );
  }
}
