import { useRef, useState } from 'preact/hooks';
import type { BatchFailure } from './in-batches.ts';

/** The steps of a long task: choose, check, look at the plan, run, see the result. */
export type WizardStage<Plan> =
  | { kind: 'choose'; mistake?: string | undefined }
  /** `plan`: what is known of it already. */
  | { kind: 'preparing'; plan: Plan | undefined }
  | { kind: 'ready' | 'running'; plan: Plan }
  /** `broken`: the run was interrupted, and can go on from there. */
  | { kind: 'over'; plan: Plan; broken: BatchFailure | undefined };

/** How a long task reports its progress, and learns that the user stopped it. */
export interface Watch {
  onStep(done: number): void;
  isStopped(): boolean;
}

export interface Wizard<Plan> {
  stage: WizardStage<Plan>;
  plan: Plan | undefined;
  /** What was wrong with the last choice. */
  mistake: string | undefined;
  /** How many rows the current step has finished. */
  done: number;
  /** Shows the choice, with what was wrong with the last one. */
  choose(mistake?: string): void;
  /** Makes a plan, or returns to the choice. */
  prepare(
    work: (watch: Watch) => Promise<{ plan: Plan } | { mistake: string | undefined }>,
    known?: Plan,
  ): Promise<void>;
  /** @param from the row to go on with, after an interruption */
  run(plan: Plan, from?: number): Promise<void>;
  /** Stops before the next request. */
  stop(): void;
}

/** @param work runs the plan from a row on, and returns where it was interrupted */
export function useWizard<Plan>(
  work: (plan: Plan, watch: Watch, from: number) => Promise<BatchFailure | undefined>,
): Wizard<Plan> {
  const [stage, setStage] = useState<WizardStage<Plan>>({ kind: 'choose' });
  const [done, setDone] = useState(0);
  const isStopped = useRef(false);
  const watch: Watch = { onStep: setDone, isStopped: () => isStopped.current };
  const begin = (next: WizardStage<Plan>, from: number) => {
    isStopped.current = false;
    setDone(from);
    setStage(next);
  };
  return {
    stage,
    plan: stage.kind === 'choose' ? undefined : stage.plan,
    mistake: stage.kind === 'choose' ? stage.mistake : undefined,
    done,
    choose: (mistake) => setStage({ kind: 'choose', mistake }),
    async prepare(prepareWork, known) {
      begin({ kind: 'preparing', plan: known }, 0);
      const prepared = await prepareWork(watch);
      setStage('plan' in prepared ? { kind: 'ready', ...prepared } : { kind: 'choose', ...prepared });
    },
    async run(plan, from = 0) {
      begin({ kind: 'running', plan }, from);
      setStage({ kind: 'over', plan, broken: await work(plan, watch, from) });
    },
    stop() {
      isStopped.current = true;
    },
  };
}
