import { Alert } from '@countersign/ui/alert.tsx';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { Rotate } from '../secrets/rotate.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { useTestCall } from '../shell/use-test-call.ts';
import { t } from './i18n.ts';
import { nameOf } from './name-of.ts';
import { failureText, formerUntil, inputsOf, WEBHOOKS, type WebhookView, type WebhookWithSecret } from './webhook.ts';

export function WebhookSettings({ webhook, version }: { webhook: WebhookView; version: string | undefined }) {
  const { choices } = useResourceChoices();
  const path = `webhooks/${webhook.id}`;
  const former = formerUntil(webhook, Date.now());
  return (
    <>
      <EditForm
        path={path}
        body={webhook}
        version={version}
        alsoChanged={['webhooks']}
        sections={[
          {
            title: t('what'),
            inputs: [
              { name: 'enabled', kind: 'toggle', label: t('enabled'), hint: t('enabledHint') },
              ...inputsOf(choices),
            ],
          },
        ]}
      />
      <Test id={webhook.id} />
      <section class="panel edit-section" aria-labelledby="secret">
        <div class="edit-about">
          <h2 id="secret">{t('secret')}</h2>
        </div>
        <div class="edit-fields">
          {former !== undefined && (
            <p class="strip">
              {t('secretUntil')} <Timestamp at={former} isExact />
            </p>
          )}
          <Rotate<WebhookWithSecret>
            path={path}
            version={version}
            name={nameOf(webhook)}
            hint={t('rotateHint')}
            secretOf={({ secret }) => secret}
            alsoChanged={['webhooks']}
          />
        </div>
      </section>
      <DeletePanel
        path={path}
        version={version}
        name={nameOf(webhook)}
        text={t('deleteText')}
        back={WEBHOOKS}
        alsoChanged={['webhooks']}
      />
    </>
  );
}

interface TestResult {
  delivered: boolean;
  status?: number;
  failure?: string;
  tookMs: number;
}

function Test({ id }: { id: string }) {
  const { isBusy, result, wrong, send } = useTestCall<TestResult>(`webhooks/${id}/test`);
  return (
    <section class="panel edit-section" aria-labelledby="test">
      <div class="edit-about">
        <h2 id="test">{t('test')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{t('testHint')}</p>
        <button type="button" class="secondary" aria-disabled={isBusy} onClick={send}>
          {t('testSend')}
        </button>
        <Alert>{wrong}</Alert>
        <div role="status">
          {isBusy && <p class="hint">{t('testing')}</p>}
          {result && <p class={result.delivered ? 'strip' : 'strip warn'}>{testText(result)}</p>}
        </div>
      </div>
    </section>
  );
}

function testText({ delivered, status, failure, tookMs }: TestResult): string {
  if (status === undefined) return t('testFailed', { reason: failureText(failure ?? '') });
  return t(delivered ? 'testDone' : 'testStatus', { status, ms: tookMs });
}
