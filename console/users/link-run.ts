import { spreadsheetCell } from '@countersign/protocol/spreadsheet-text';
import type { Answer } from '../service/client.ts';
import { type BatchFailure, runInBatches } from '../shared/import/in-batches.ts';

/** A user who gets a link. */
export interface Target {
  id: string;
  login: string;
}

/** The outcome for one user, as in the API. */
export interface LinkOutcome {
  status: number;
  code?: string;
  link?: string;
  expiresAt?: number;
  retryAfterMs?: number;
}

export interface MadeLink {
  login: string;
  link: string;
  expiresAt: number;
}

/** What a run has done so far. It grows, and a run that goes on adds to it. */
export interface LinkResults {
  sent: number;
  /** An earlier link is still valid, or the user needs none. */
  unneeded: number;
  refused: { login: string; code: string }[];
  links: MadeLink[];
}

export function noResults(): LinkResults {
  return { sent: 0, unneeded: 0, refused: [], links: [] };
}

const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;
/** A row that is refused for longer is not waited for. */
const MAX_WAIT_MS = 60_000;

interface LinkSteps {
  targets: readonly Target[];
  atOnce: number;
  send(targets: readonly Target[]): Promise<Answer<{ rows: LinkOutcome[] }>>;
  pause(ms: number): Promise<void>;
  onStep(done: number): void;
  isStopped(): boolean;
}

/**
 * Makes or sends the links, and repeats what a busy mail server did not take. If it takes nothing at all, the run ends
 * and can go on later. Does not use the DOM.
 */
export function runLinks(steps: LinkSteps, into: LinkResults, begin = 0): Promise<BatchFailure | undefined> {
  const { targets, atOnce, onStep, isStopped } = steps;
  return runInBatches<Target, LinkOutcome>(
    {
      rows: targets,
      atOnce,
      isStopped,
      send: (batch) => sendPatiently(steps, batch),
      onStep(outcomes, from) {
        for (const [at, outcome] of outcomes.entries()) addOutcome(into, targets[from + at]?.login ?? '', outcome);
        onStep(from + outcomes.length);
      },
    },
    begin,
  );
}

async function sendPatiently(
  { send, pause, isStopped }: LinkSteps,
  batch: readonly Target[],
): Promise<Answer<{ rows: LinkOutcome[] }>> {
  const outcomes: (LinkOutcome | undefined)[] = batch.map(() => undefined);
  let left = [...batch.entries()];
  for (let tries = 1; ; tries++) {
    const answer = await send(left.map(([, target]) => target));
    if (answer.kind !== 'done') return answer;
    for (const [position, [at]] of left.entries()) outcomes[at] = answer.body.rows[position];
    left = left.filter(([at]) => isBusy(outcomes[at]));
    if (left.length === 0) break;
    if (tries === MAX_TRIES || isStopped()) {
      if (left.length === batch.length) return { kind: 'refused', code: 'UNAVAILABLE', fields: [] };
      break;
    }
    await pause(FIRST_PAUSE_MS * 2 ** (tries - 1));
  }
  return { kind: 'done', body: { rows: outcomes.map((outcome) => outcome ?? { status: 500, code: 'INTERNAL' }) } };
}

function isBusy(outcome: LinkOutcome | undefined): boolean {
  return (outcome?.status === 503 || outcome?.status === 429) && (outcome.retryAfterMs ?? 0) <= MAX_WAIT_MS;
}

function addOutcome(into: LinkResults, login: string, { status, code, link, expiresAt }: LinkOutcome): void {
  if (code === 'ENROLMENT_NOT_NEEDED' || status === 200) into.unneeded += 1;
  else if (code !== undefined) into.refused.push({ login, code });
  else {
    into.sent += 1;
    if (link !== undefined && expiresAt !== undefined) into.links.push({ login, link, expiresAt });
  }
}

/** The links as a file for spreadsheets and mail merges, with formulas escaped. */
export function linksCsv(links: readonly MadeLink[]): string {
  const lines = links.map(({ login, link, expiresAt }) =>
    [login, link, new Date(expiresAt).toISOString()].map(spreadsheetCell).join(','),
  );
  return `${['login,link,valid until', ...lines].join('\r\n')}\r\n`;
}
