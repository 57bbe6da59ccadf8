import type { MailView } from '@countersign/protocol/mail';
import { useRef, useState } from 'preact/hooks';
import type { Input } from '../edit/inputs.ts';
import { InputsList } from '../edit/inputs-list.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import type { Texts } from '../i18n/texts.ts';
import type { Fields } from '../service/conflict.ts';
import { download } from '../shared/import/file-choice.tsx';
import type { ImportRow } from '../shared/import/import-rows.tsx';
import { useWizard } from '../shared/import/use-wizard.ts';
import { type WizardAct, WizardPage } from '../shared/import/wizard.tsx';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { USERS } from '../shared/user.ts';
import { canHelpOn, useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { useQuery } from '../shell/use-query.ts';
import { findTargets, type LinkGroup } from './find-targets.ts';
import { ForResource } from './for-resource.tsx';
import { t } from './i18n.ts';
import { type LinkOutcome, linksCsv, noResults, runLinks, type Target } from './link-run.ts';

const DAY_MS = 86_400_000;
/** A mail takes time, and a request has thirty seconds. */
const BATCH = { mail: 50, 'hand-over': 500 };

type Delivery = keyof typeof BATCH;
interface LinksPlan {
  targets: readonly Target[];
  delivery: Delivery;
}

const GROUPS = ['without-password', 'without-token', 'secret-lost'] as const satisfies readonly LinkGroup[];

interface LinkChoice {
  values: Fields;
  resource: ResourceView | undefined;
}

/** Finds the users, runs the plan, and keeps its results until they are in a file. */
function useLinkWizard({ values, resource }: LinkChoice) {
  const { client, texts, announce } = useConsole();
  const results = useRef(noResults());
  const saved = useRef(0);
  const once = useRef('');
  const group = values.group as LinkGroup;
  const wizard = useWizard<LinksPlan>(async ({ targets, delivery }, watch, from) => {
    if (from === 0) {
      results.current = noResults();
      saved.current = 0;
      once.current = crypto.randomUUID();
    }
    const row = { ...requestOf(group, values, resource), delivery };
    const steps = {
      ...watch,
      targets,
      atOnce: BATCH[delivery],
      send: (some: readonly Target[]) =>
        client.send<{ rows: LinkOutcome[] }>('POST', 'bulk/links', {
          // The same key again gives the same link again.
          rows: some.map(({ id }) => ({ ...row, user: id, key: `${once.current}/${id}` })),
        }),
      pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    };
    const broken = await runLinks(steps, results.current, from);
    announce(t('manyDone', { count: results.current.sent }));
    return broken;
  });
  // Links that are not in a file yet are nowhere else.
  useLeaveWarning(() => wizard.stage.kind === 'running' || results.current.links.length > saved.current);
  return {
    wizard,
    results: results.current,
    find: () =>
      wizard.prepare(async (watch) => {
        const found = await findTargets(client, group, resource?.id, { ...watch, onFound: watch.onStep });
        if (!('targets' in found)) return { mistake: found.answer && refusalMessage(texts, found.answer) };
        announce(t('manyFound', { count: found.targets.length }));
        return { plan: { ...found, delivery: 'mail' } };
      }),
    save() {
      download('links.csv', linksCsv(results.current.links), 'text/csv');
      saved.current = results.current.links.length;
    },
  };
}

/** Sends links to many users, or makes a file of links to hand over. */
export function ManyLinks() {
  const { texts } = useConsole();
  const hasMail = useQuery<MailView>('mail').body?.configured !== false;
  const [values, setValues] = useState<Fields>({ group: GROUPS[0], language: null, valid: String(DAY_MS) });
  const [resource, setResource] = useState<ResourceView>();
  const { wizard, results, find, save } = useLinkWizard({ values, resource });
  const { stage, plan, mistake, done } = wizard;
  const { sent, unneeded, refused, links } = results;
  const isMail = plan?.delivery === 'mail';
  const start = (delivery: Delivery): WizardAct | false =>
    stage.kind === 'ready' &&
    stage.plan.targets.length > 0 && {
      label: t(delivery === 'mail' ? 'manySend' : 'manyMake'),
      isPrimary: delivery === 'mail' || !hasMail,
      run: () => wizard.run({ ...stage.plan, delivery }),
    };
  const titles = {
    choose: '',
    preparing: t('manyFinding'),
    ready: t('manyFound', { count: plan?.targets.length ?? 0 }),
    running: t('manyTitle'),
    over: t(isMail ? 'manyDone' : 'manyMade', { count: sent }),
  };
  const isOver = stage.kind === 'over';
  return (
    <WizardPage
      wizard={wizard}
      head={{ title: t('manyTitle'), lead: t('manyLead'), back: { href: USERS, label: t('title') } }}
      choice={
        <Choice
          values={values}
          onValues={setValues}
          resource={resource}
          onResource={setResource}
          mistake={mistake}
          onFind={find}
        />
      }
      title={titles[stage.kind]}
      isTitleHidden={stage.kind === 'preparing' || stage.kind === 'running'}
      notes={stage.kind === 'ready' && <p class="hint">{t(hasMail ? 'manyHow' : 'manyNoMail')}</p>}
      progress={
        stage.kind === 'running'
          ? { text: t(isMail ? 'manySending' : 'manyMaking'), total: plan?.targets.length ?? 0 }
          : { text: t('manyFinding'), found: t('manyFound', { count: done }) }
      }
      brokenText={(reason) => t('manyBroken', { reason })}
      counts={[
        isOver && unneeded > 0 && t('manyUnneeded', { count: unneeded }),
        isOver && refused.length > 0 && t('manyRefused', { count: refused.length }),
      ]}
      acts={[
        hasMail && start('mail'),
        start('hand-over'),
        isOver && links.length > 0 && { label: t('manySave', { count: links.length }), isPrimary: true, run: save },
        { label: t('manyOthers'), run: wizard.choose },
      ]}
      rows={isOver ? refused.map(rowOf(texts)) : []}
    >
      {isOver && links.length > 0 && <p class="hint">{t('manyOnce')}</p>}
    </WizardPage>
  );
}

interface ChoiceProps {
  values: Fields;
  onValues(change: (before: Fields) => Fields): void;
  resource: ResourceView | undefined;
  onResource(resource: ResourceView): void;
  mistake: string | undefined;
  onFind(): void;
}

/** Who gets a link, and how long it is valid. */
function Choice({ values, onValues, resource, onResource, mistake, onFind }: ChoiceProps) {
  const { session } = useConsole();
  const inputs: Input[] = [
    {
      name: 'group',
      kind: 'one-of',
      label: t('manyGroup'),
      choices: GROUPS.map((value) => ({ value, label: t(value), hint: t(`${value}Hint`) })),
    },
    {
      name: 'language',
      kind: 'select',
      label: t('manyLanguage'),
      choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
      without: t('resourceLanguage'),
    },
    {
      name: 'valid',
      kind: 'select',
      label: t('manyValid'),
      choices: [1, 3, 7].map((days) => ({ value: String(days * DAY_MS), label: t('manyDays', { count: days }) })),
    },
  ];
  return (
    <section class="panel" aria-labelledby="many-choose">
      <h2 id="many-choose">{t('manyWho')}</h2>
      <div class="dialog-fields">
        <InputsList
          inputs={inputs}
          values={values}
          isReadOnly={false}
          idOf={(name) => `many-${name}`}
          errorOf={() => undefined}
          onChange={(name, value) => onValues((before) => ({ ...before, [name]: value }))}
        />
        <ForResource
          label={t('manyResource')}
          resource={resource}
          without={t('manyEverywhere')}
          picker={resourcePicker(session, undefined, canHelpOn)}
          onPick={onResource}
        />
      </div>
      {mistake !== undefined && (
        <p class="strip warn" role="alert">
          {mistake}
        </p>
      )}
      <button type="button" class="small-primary" onClick={onFind}>
        {t('manyFind')}
      </button>
    </section>
  );
}

/** The request for a link, without the user. */
function requestOf(group: LinkGroup, { language, valid }: Fields, resource: ResourceView | undefined) {
  const isPassword = group === 'without-password';
  return {
    kind: isPassword ? 'password' : 'enrolment',
    ...(language !== null && { language }),
    validForMs: Number(valid),
    ...(!isPassword && resource && { resource: resource.id }),
  };
}

const rowOf =
  (texts: Texts) =>
  ({ login, code }: { login: string; code: string }, at: number): ImportRow => ({
    line: at + 1,
    name: login,
    isBad: true,
    text: refusalMessage(texts, { kind: 'refused', code, fields: [] }),
  });
