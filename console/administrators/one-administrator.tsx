import { useState } from 'preact/hooks';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import {
  ADMINISTRATORS,
  AdministratorBadges,
  type AdministratorView,
  grantsInput,
  type InvitationResponse,
  roleInput,
} from './administrator.tsx';
import { HandOver } from './hand-over.tsx';
import { t } from './i18n.ts';
import { Transfer } from './transfer.tsx';

export function OneAdministrator({ id }: { id: string }) {
  const { session } = useConsole();
  const path = `administrators/${id}`;
  const read = useQuery<AdministratorView>(path);
  const { choices, nameOf } = useResourceChoices();
  const { body: one, version } = read;
  const isGone = read.problem && !one;
  const isSelf = id === session.administrator.id;
  return (
    <>
      <PageHead
        title={isGone ? t('notFound') : one?.name}
        back={{ href: ADMINISTRATORS, label: t('title') }}
        lead={
          one && (
            <>
              {one.email}
              <span class="dot">·</span> {t('invited')} <Timestamp at={one.createdAt} />
            </>
          )
        }
      >
        {one && <AdministratorBadges of={one} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!one && !read.problem && <Skeleton lines={8} />}
      {one && (
        <>
          {isSelf && (
            <p class="strip">
              {t('yourself')} <Link href="/console/your-sign-in">{t('toOwn')}</Link>
            </p>
          )}
          <EditForm
            path={path}
            body={one}
            version={version}
            alsoChanged={['administrators']}
            sections={[
              {
                title: t('about'),
                ...(!isSelf && { text: t('theirs') }),
                inputs: [{ name: 'name', kind: 'text', max: 100, label: t('name') }],
              },
              ...(one.role === 'superuser'
                ? []
                : [{ title: t('mayDo'), inputs: [roleInput(), grantsInput(choices, nameOf)] }]),
            ]}
          />
          {one.state === 'invited' && <Resend one={one} />}
          {one.state === 'active' && one.role !== 'superuser' && <Transfer to={one} />}
          <DeletePanel
            path={path}
            version={version}
            name={one.name}
            act={t(one.state === 'invited' ? 'takeBack' : 'remove')}
            text={t(one.state === 'invited' ? 'takeBackText' : 'removeText')}
            back={ADMINISTRATORS}
            alsoChanged={['administrators', 'administrator-factors']}
            why={one.role === 'superuser' ? t('superuserStays') : undefined}
          />
        </>
      )}
    </>
  );
}

function Resend({ one: { id, email } }: { one: AdministratorView }) {
  const { client, reads, texts, notify } = useConsole();
  const [isBusy, setBusy] = useState(false);
  const [handOver, setHandOver] = useState<InvitationResponse['handOver']>();
  const resend = async () => {
    if (isBusy) return;
    setBusy(true);
    const answer = await client.send<InvitationResponse>('POST', `invitations/${id}/resend`);
    setBusy(false);
    reads.changed('administrators');
    if (answer.kind !== 'done') return notify({ text: refusalMessage(texts, answer), isBad: true });
    if (answer.body.handOver) setHandOver(answer.body.handOver);
    else notify({ text: t('sent', { email }) });
  };
  if (handOver) return <HandOver {...handOver} onDone={() => setHandOver(undefined)} />;
  return (
    <section class="panel edit-section" aria-labelledby="invitation">
      <div class="edit-about">
        <h2 id="invitation">{t('invitation')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{t('resendText')}</p>
        <button type="button" class="secondary" aria-disabled={isBusy} onClick={resend}>
          {t('resend')}
        </button>
      </div>
    </section>
  );
}
