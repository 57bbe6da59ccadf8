import type { MailView } from '@countersign/protocol/mail';
import { useRef, useState } from 'preact/hooks';
import { InputsList } from '../edit/inputs-list.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { download } from '../shared/import/file-choice.tsx';
import { ImportProgress, ImportRows } from '../shared/import/import-rows.tsx';
import type { BatchFailure } from '../shared/import/in-batches.ts';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { USERS } from '../shared/user.ts';
import { canHelpOn, useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { useQuery } from '../shell/use-query.ts';
import { findTargets, type LinkGroup } from './find-targets.ts';
import { t } from './i18n.ts';
import { type LinkOutcome, linksCsv, noResults, runLinks, type Target } from './link-run.ts';

const DAY_MS = 86_400_000;
/** A mail takes time, and a request has thirty seconds. */
const MAIL_BATCH = 50;
const FILE_BATCH = 500;

type Delivery = 'mail' | 'hand-over';
type Stage =
  | { kind: 'choose' }
  | { kind: 'finding' }
  | { kind: 'found' | 'running' | 'over'; targets: readonly Target[]; delivery?: Delivery; broken?: BatchFailure };

const GROUPS = ['without-password', 'without-token', 'secret-lost'] as const satisfies readonly LinkGroup[];

/** Sends links to many users, or makes a file of links to hand over. */
export function ManyLinks() {
  const { client, texts, session, announce } = useConsole();
  const { pick, dialog } = usePicker();
  const mail = useQuery<MailView>('mail').body;
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({
    group: GROUPS[0],
    language: null,
    valid: String(DAY_MS),
  });
  const [resource, setResource] = useState<ResourceView>();
  const [stage, setStage] = useState<Stage>({ kind: 'choose' });
  const [mistake, setMistake] = useState<string>();
  const [done, setDone] = useState(0);
  const results = useRef(noResults());
  const saved = useRef(0);
  const once = useRef('');
  const isStopped = useRef(false);
  // Links that are not in a file yet are nowhere else.
  useLeaveWarning(() => stage.kind === 'running' || results.current.links.length > saved.current);

  const group = values.group as LinkGroup;
  const find = async () => {
    setMistake(undefined);
    setDone(0);
    isStopped.current = false;
    setStage({ kind: 'finding' });
    const found = await findTargets(client, group, resource?.id, {
      onFound: setDone,
      isStopped: () => isStopped.current,
    });
    if ('targets' in found) {
      setStage({ kind: 'found', targets: found.targets });
      return announce(t('manyFound', { count: found.targets.length }));
    }
    setStage({ kind: 'choose' });
    setMistake(found.answer && refusalMessage(texts, found.answer));
  };
  const run = async (targets: readonly Target[], delivery: Delivery, from = 0) => {
    if (from === 0) {
      results.current = noResults();
      saved.current = 0;
      once.current = crypto.randomUUID();
    }
    isStopped.current = false;
    setDone(from);
    setStage({ kind: 'running', targets, delivery });
    const row = {
      kind: group === 'without-password' ? 'password' : 'enrolment',
      delivery,
      ...(values.language !== null && { language: values.language }),
      validForMs: Number(values.valid),
      ...(group !== 'without-password' && resource && { resource: resource.id }),
    };
    const broken = await runLinks(
      {
        targets,
        atOnce: delivery === 'mail' ? MAIL_BATCH : FILE_BATCH,
        send: (some) =>
          client.send<{ rows: LinkOutcome[] }>('POST', 'bulk/links', {
            // The same key again gives the same link again.
            rows: some.map(({ id }) => ({ ...row, user: id, key: `${once.current}/${id}` })),
          }),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        onStep: setDone,
        isStopped: () => isStopped.current,
      },
      results.current,
      from,
    );
    setStage({ kind: 'over', targets, delivery, ...(broken && { broken }) });
    announce(t('manyDone', { count: results.current.sent }));
  };
  const save = () => {
    download('links.csv', linksCsv(results.current.links), 'text/csv');
    saved.current = results.current.links.length;
  };
  const { sent, unneeded, refused, links } = results.current;
  const stop = (
    <button
      type="button"
      class="secondary"
      onClick={() => {
        isStopped.current = true;
      }}
    >
      {t('importStop')}
    </button>
  );
  return (
    <>
      <PageHead title={t('manyTitle')} lead={t('manyLead')} back={{ href: USERS, label: t('title') }} />
      {stage.kind === 'choose' && (
        <section class="panel" aria-labelledby="many-choose">
          <h2 id="many-choose">{t('manyWho')}</h2>
          <div class="dialog-fields">
            <InputsList
              inputs={[
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
                  choices: [1, 3, 7].map((days) => ({
                    value: String(days * DAY_MS),
                    label: t('manyDays', { count: days }),
                  })),
                },
              ]}
              values={values}
              isReadOnly={false}
              idOf={(name) => `many-${name}`}
              errorOf={() => undefined}
              onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
            />
            <div class="for-whom">
              <p>
                {t('manyResource')} <strong>{resource?.name ?? t('manyEverywhere')}</strong>
              </p>
              <button
                type="button"
                class="secondary"
                onClick={async () =>
                  setResource((await pick(resourcePicker(session, undefined, canHelpOn))) ?? resource)
                }
              >
                {t('importPickResource')}
              </button>
            </div>
          </div>
          {mistake !== undefined && (
            <p class="strip warn" role="alert">
              {mistake}
            </p>
          )}
          <button type="button" class="small-primary" onClick={find}>
            {t('manyFind')}
          </button>
        </section>
      )}
      {stage.kind === 'finding' && (
        <section class="panel" aria-label={t('manyFinding')}>
          <p role="status">{t('manyFinding')}</p>
          <p class="hint">{t('manyFound', { count: done })}</p>
          {stop}
        </section>
      )}
      {stage.kind === 'found' && (
        <section class="panel" aria-labelledby="many-found">
          <h2 id="many-found">{t('manyFound', { count: stage.targets.length })}</h2>
          <p class="hint">{t(mail?.configured === false ? 'manyNoMail' : 'manyHow')}</p>
          <div class="state-acts">
            {mail?.configured !== false && stage.targets.length > 0 && (
              <button type="button" class="small-primary" onClick={() => run(stage.targets, 'mail')}>
                {t('manySend')}
              </button>
            )}
            {stage.targets.length > 0 && (
              <button
                type="button"
                class={mail?.configured === false ? 'small-primary' : 'secondary'}
                onClick={() => run(stage.targets, 'hand-over')}
              >
                {t('manyMake')}
              </button>
            )}
            <button type="button" class="secondary" onClick={() => setStage({ kind: 'choose' })}>
              {t('manyOthers')}
            </button>
          </div>
        </section>
      )}
      {stage.kind === 'running' && (
        <section class="panel" aria-label={t('manyTitle')}>
          <ImportProgress
            text={t(stage.delivery === 'mail' ? 'manySending' : 'manyMaking')}
            done={done}
            total={stage.targets.length}
          />
          {stop}
        </section>
      )}
      {stage.kind === 'over' && (
        <section class="panel" aria-labelledby="many-over">
          <h2 id="many-over">{t(stage.delivery === 'mail' ? 'manyDone' : 'manyMade', { count: sent })}</h2>
          {stage.broken && (
            <p class="strip warn" role="alert">
              {t('manyBroken', {
                reason: stage.broken.answer ? refusalMessage(texts, stage.broken.answer) : t('importStopped'),
              })}
            </p>
          )}
          <p class="import-counts">
            {unneeded > 0 && <span>{t('manyUnneeded', { count: unneeded })}</span>}
            {refused.length > 0 && <span>{t('manyRefused', { count: refused.length })}</span>}
          </p>
          {links.length > 0 && <p class="hint">{t('manyOnce')}</p>}
          <div class="state-acts">
            {links.length > 0 && (
              <button type="button" class="small-primary" onClick={save}>
                {t('manySave', { count: links.length })}
              </button>
            )}
            {stage.broken && (
              <button
                type="button"
                class="secondary"
                onClick={() => run(stage.targets, stage.delivery ?? 'mail', stage.broken?.from)}
              >
                {t('importAgain')}
              </button>
            )}
            <button type="button" class="secondary" onClick={() => setStage({ kind: 'choose' })}>
              {t('manyOthers')}
            </button>
          </div>
          {refused.length > 0 && (
            <ImportRows
              rows={refused.map(({ login, code }, at) => ({
                line: at + 1,
                name: login,
                isBad: true,
                text: refusalMessage(texts, { kind: 'refused', code, fields: [] }),
              }))}
            />
          )}
        </section>
      )}
      {dialog}
    </>
  );
}
