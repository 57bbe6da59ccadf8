import type { ComponentChildren } from 'preact';
import type { Answer } from '../../service/client.ts';
import { useConsole } from '../../shell/context.ts';
import { Link } from '../../shell/link.tsx';
import { PageHead, type PageHeadProps } from '../../shell/page-head.tsx';
import { refusalMessage } from '../../shell/refusal.ts';
import { t } from '../i18n.ts';
import { type ImportRow, ImportRows } from './import-rows.tsx';
import type { Wizard } from './use-wizard.ts';

/** A button or a link below the plan or the result. */
export type WizardAct = { label: string; isPrimary?: boolean } & ({ run(): void } | { href: string });

export interface WizardPageProps<Plan> {
  wizard: Wizard<Plan>;
  head: PageHeadProps;
  /** The first step. */
  choice: ComponentChildren;
  /** The heading after the choice; `isTitleHidden`: for screen readers only. */
  title: string;
  isTitleHidden?: boolean;
  notes?: ComponentChildren;
  /** Shown during a step: of how many rows (`total`), or what was found so far. A step without either cannot be stopped. */
  progress: { text: string; total?: number; found?: string };
  /** Why a run was interrupted, and how it goes on. */
  brokenText(reason: string): string;
  /** The message of a refusal, if it is not the usual one. */
  messageOf?(answer: Exclude<Answer, { kind: 'done' }>): string;
  /** The counts of the plan or the result; `main`: the most important. */
  main?: string;
  counts?: readonly (string | false)[];
  /** What can be done next. The button that goes on with an interrupted run is added. */
  acts: readonly (WizardAct | false)[];
  rows?: readonly ImportRow[] | undefined;
  /** Between the counts and the buttons. */
  children?: ComponentChildren;
}

/** The page of a long task, step by step. */
export function WizardPage<Plan>(props: WizardPageProps<Plan>) {
  const { wizard, head, choice, title, isTitleHidden = false, notes } = props;
  const { kind } = wizard.stage;
  return (
    <>
      <PageHead {...head} />
      {kind === 'choose' ? (
        choice
      ) : (
        <section class="panel" aria-label={title}>
          {!isTitleHidden && <h2>{title}</h2>}
          {notes}
          {kind === 'preparing' || kind === 'running' ? <Progress {...props} /> : <Outcome {...props} />}
        </section>
      )}
    </>
  );
}

function Progress<Plan>({ wizard: { done, stop }, progress: { text, total, found } }: WizardPageProps<Plan>) {
  const detail = total === undefined ? found : `${done} / ${total}`;
  return (
    <>
      <div class="import-progress">
        <p role="status">{text}</p>
        {total !== undefined && <progress value={done} max={total} aria-label={text} />}
        {detail !== undefined && <p class="hint">{detail}</p>}
      </div>
      {detail !== undefined && (
        <button type="button" class="secondary" onClick={stop}>
          {t('importStop')}
        </button>
      )}
    </>
  );
}

function Outcome<Plan>(props: WizardPageProps<Plan>) {
  const { wizard, brokenText, main, counts = [], acts, rows = [], children } = props;
  const { texts } = useConsole();
  const { messageOf = (answer) => refusalMessage(texts, answer) } = props;
  const { stage, run } = wizard;
  const broken = stage.kind === 'over' ? stage.broken : undefined;
  const given = acts.filter((act) => act !== false);
  const primary = given.filter(({ isPrimary }) => isPrimary);
  const ordered: WizardAct[] = [
    ...primary,
    ...(stage.kind === 'over' && broken
      ? [{ label: t('importAgain'), isPrimary: primary.length === 0, run: () => run(stage.plan, broken.from) }]
      : []),
    ...given.filter(({ isPrimary }) => !isPrimary),
  ];
  const shown = [main, ...counts].filter((count) => count);
  return (
    <>
      {broken && (
        <p class="strip warn" role="alert">
          {brokenText(broken.answer ? messageOf(broken.answer) : t('importStopped'))}
        </p>
      )}
      {shown.length > 0 && (
        <p class="import-counts">
          {shown.map((count) =>
            count === main ? <strong key={count}>{count}</strong> : <span key={count}>{count}</span>,
          )}
        </p>
      )}
      {children}
      <div class="state-acts">
        {ordered.map((act) => (
          <Act key={act.label} {...act} />
        ))}
      </div>
      {rows.length > 0 && <ImportRows rows={rows} />}
    </>
  );
}

function Act({ label, isPrimary = false, ...does }: WizardAct) {
  const kind = isPrimary ? 'small-primary' : 'secondary';
  if ('href' in does) {
    return (
      <Link class={kind} href={does.href}>
        {label}
      </Link>
    );
  }
  return (
    <button type="button" class={kind} onClick={() => does.run()}>
      {label}
    </button>
  );
}
