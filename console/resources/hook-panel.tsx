import { parseUrl } from '@countersign/protocol/parse-url';
import type { HookFailureRule } from '@countersign/protocol/resources';
import { Alert } from '@countersign/ui/alert.tsx';
import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { choicesOf, type Input } from '../edit/inputs.ts';
import { Dialog } from '../parts/dialog.tsx';
import { RevealOnce } from '../secrets/reveal-once.tsx';
import { Rotate } from '../secrets/rotate.tsx';
import { useConsole } from '../shell/context.ts';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { useQuery } from '../shell/use-query.ts';
import { useTestCall } from '../shell/use-test-call.ts';
import { t } from './i18n.ts';
import type { Resource } from './resource.ts';

interface HookView {
  url: string;
  onFailure: 'deny' | 'allow';
}

interface HookWithSecret {
  hook: HookView;
  secret?: string;
}

interface HookTest {
  decision: 'allowed' | 'denied' | 'failed';
  failure?: string;
  tookMs: number;
}

/** The site's own decision about each sign-in. */
export function HookPanel({ resource }: { resource: Resource }) {
  return (
    <section class="panel edit-section" aria-labelledby="hook">
      <div class="edit-about">
        <h2 id="hook">{t('hook')}</h2>
        <p class="hint">{t('hookText')}</p>
      </div>
      <div class="edit-fields">{resource.hook ? <OneHook resource={resource} /> : <SetHook resource={resource} />}</div>
    </section>
  );
}

function OneHook({ resource }: { resource: Resource }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const path = `resources/${resource.id}/hook`;
  const read = useQuery<HookView>(path);
  const { body: hook } = read;
  if (!hook) return read.problem ? <Problem read={read} /> : <Skeleton lines={2} />;
  const remove = async () => {
    const question = { title: t('hookRemove'), text: t('hookRemoveText'), action: t('hookRemove'), isDanger: true };
    if (!(await ask(question))) return;
    const answer = await client.send('DELETE', path);
    if (answer.kind !== 'done') return notify({ text: refusalMessage(texts, answer), isBad: true });
    reads.changed('resources');
    notify({ text: t('hookRemoved') });
  };
  return (
    <>
      <p>
        <code>{hook.url}</code>
      </p>
      <p class="hint">{t(hook.onFailure === 'deny' ? 'hookDenies' : 'hookAllows')}</p>
      <SetHook resource={resource} hook={hook} />
      <TestHook path={path} />
      <Rotate<HookWithSecret>
        path={path}
        version={undefined}
        name={t('hook')}
        hint={t('hookRotate')}
        secretOf={({ secret = '' }) => secret}
        alsoChanged={[]}
      />
      <button type="button" class="secondary danger" onClick={remove}>
        {t('hookRemove')}
      </button>
    </>
  );
}

function SetHook({ resource, hook }: { resource: Resource; hook?: HookView }) {
  const { client, reads, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const [secret, setSecret] = useState<string>();
  const action = t(hook ? 'hookChange' : 'hookSet');
  const done = () => {
    setSecret(undefined);
    reads.changed('resources');
  };
  const inputs: Input[] = [
    {
      name: 'url',
      kind: 'text',
      max: 2000,
      label: t('hookUrl'),
      hint: t('hookUrlHint'),
      check: (text) => (/^https?:$/.test(parseUrl(text)?.protocol ?? '') ? undefined : t('hookUrlBad')),
    },
    {
      name: 'onFailure',
      kind: 'one-of',
      label: t('hookFailure'),
      choices: choicesOf<HookFailureRule>({ deny: { label: t('hookDenies') }, allow: { label: t('hookAllows') } }),
    },
  ];
  return (
    <>
      <button type="button" class="secondary" onClick={() => setOpen(true)}>
        {action}
      </button>
      {isOpen && (
        <FormDialog<HookWithSecret>
          title={action}
          action={action}
          inputs={inputs}
          initial={{ url: hook?.url ?? '', onFailure: hook?.onFailure ?? 'deny' }}
          send={(values) => client.send('POST', `resources/${resource.id}/hook`, values)}
          onDone={({ body }) => {
            setOpen(false);
            // The page is read again once the secret was copied: it is shown only here.
            if (body.secret !== undefined) return setSecret(body.secret);
            done();
            notify({ text: t('hookChanged') });
          }}
          onClose={() => setOpen(false)}
        />
      )}
      {secret !== undefined && (
        <Dialog title={t('hook')} class="secret-dialog">
          <RevealOnce secret={secret} what={t('hook')} onDone={done} />
        </Dialog>
      )}
    </>
  );
}

function TestHook({ path }: { path: string }) {
  const { isBusy, result, wrong, send } = useTestCall<HookTest>(`${path}/test`);
  return (
    <>
      <button type="button" class="secondary" aria-disabled={isBusy} onClick={send}>
        {t('hookTest')}
      </button>
      <Alert>{wrong}</Alert>
      <div role="status">
        {result && <p class={result.decision === 'failed' ? 'strip warn' : 'strip'}>{testText(result)}</p>}
      </div>
    </>
  );
}

function testText({ decision, failure = '', tookMs: ms }: HookTest): string {
  if (decision === 'failed') return t('hookTestFailed', { failure, ms });
  return t(decision === 'allowed' ? 'hookTestAllowed' : 'hookTestDenied', { ms });
}
