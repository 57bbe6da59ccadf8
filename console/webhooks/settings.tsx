import { useState } from 'preact/hooks';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { Alert } from '../parts/field.tsx';
import { Rotate } from '../secrets/rotate.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { useConsole } from '../shell/context.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { nameOf } from './name-of.ts';
import { failureText, formerUntil, inputsOf, WEBHOOKS, type WebhookView, type WebhookWithSecret } from './webhook.ts';
import { words } from './words.ts';

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
            title: words('what'),
            inputs: [
              { name: 'enabled', kind: 'toggle', label: words('enabled'), hint: words('enabledHint') },
              ...inputsOf(choices),
            ],
          },
        ]}
      />
      <Test id={webhook.id} />
      <section class="panel edit-section" aria-labelledby="secret">
        <div class="edit-about">
          <h2 id="secret">{words('secret')}</h2>
        </div>
        <div class="edit-fields">
          {former !== undefined && (
            <p class="strip">
              {words('secretUntil')} <Timestamp at={former} isExact />
            </p>
          )}
          <Rotate<WebhookWithSecret>
            path={path}
            version={version}
            name={nameOf(webhook)}
            hint={words('rotateHint')}
            secretOf={({ secret }) => secret}
            alsoChanged={['webhooks']}
          />
        </div>
      </section>
      <DeletePanel
        path={path}
        version={version}
        name={nameOf(webhook)}
        text={words('deleteText')}
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
  const { client, texts } = useConsole();
  const [isBusy, setBusy] = useState(false);
  const [tested, setTested] = useState<TestResult>();
  const [wrong, setWrong] = useState<string>();
  const send = async () => {
    if (isBusy) return;
    setBusy(true);
    setTested(undefined);
    setWrong(undefined);
    const answer = await client.send<TestResult>('POST', `webhooks/${id}/test`);
    setBusy(false);
    if (answer.kind === 'done') setTested(answer.body);
    else setWrong(refusalInWords(texts, answer));
  };
  return (
    <section class="panel edit-section" aria-labelledby="test">
      <div class="edit-about">
        <h2 id="test">{words('test')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{words('testHint')}</p>
        <button type="button" class="secondary" aria-disabled={isBusy} onClick={send}>
          {words('testSend')}
        </button>
        <Alert>{wrong}</Alert>
        <div role="status">
          {isBusy && <p class="hint">{words('testing')}</p>}
          {tested && <p class={tested.delivered ? 'strip' : 'strip warn'}>{testText(tested)}</p>}
        </div>
      </div>
    </section>
  );
}

function testText({ delivered, status, failure, tookMs }: TestResult): string {
  if (status === undefined) return words('testFailed', failureText(failure ?? ''));
  return words(delivered ? 'testDone' : 'testStatus', status, tookMs);
}
