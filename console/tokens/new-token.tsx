import { Binary, FileKey, Fingerprint, Hash, Mail, MessageCircleQuestionMark, MessageSquare, QrCode } from 'lucide';
import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { Icon, type IconNode } from '../parts/icon.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { userPicker } from '../shared/pickers/pick-user.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { KINDS } from '../shared/states.tsx';
import { canChangeUser, TOKENS, USERS, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useQuery } from '../shell/use-query.ts';
import { type CreatedToken, CreatedTokenPanel } from './enrolled.tsx';
import { t } from './i18n.ts';
import { bodyOf, initialOf, inputsOf, isWay, WAYS, type WayIn } from './inputs-of-kind.ts';

const ICONS: Readonly<Record<WayIn, IconNode>> = {
  totp: QrCode,
  hotp: Binary,
  hardware: Hash,
  ocra: MessageCircleQuestionMark,
  sms: MessageSquare,
  email: Mail,
  recovery: FileKey,
};

function nameOf(way: WayIn): string {
  return way === 'hardware' ? t('kindHardware') : sharedTexts(KINDS[way]);
}

const ABOUT = {
  totp: 'aboutTotp',
  hotp: 'aboutHotp',
  hardware: 'aboutHardware',
  ocra: 'aboutOcra',
  sms: 'aboutSms',
  email: 'aboutEmail',
  recovery: 'aboutRecovery',
} as const;

/** Creates a token. The kind and the owner are in the address. */
export function NewToken() {
  const { address } = useConsole();
  const way = address.query.get('kind');
  const given = address.query.get('owner');
  const id = /^usr_[0-9a-z]{11}$/.test(given ?? '') ? (given ?? undefined) : undefined;
  const { body: owner } = useQuery<User>(id === undefined ? undefined : `users/${id}`);
  const [created, setCreated] = useState<CreatedToken>();
  if (created) return <CreatedTokenPanel created={created} />;
  if (!isWay(way)) return <ChooseKind owner={owner} ownerId={id} />;
  return <FillIn key={way} way={way} owner={owner} ownerId={id} onCreated={setCreated} />;
}

function hrefOf(way: WayIn | undefined, owner: string | undefined): string {
  const query = new URLSearchParams({ ...(way && { kind: way }), ...(owner !== undefined && { owner }) }).toString();
  return `${TOKENS}/new${query === '' ? '' : `?${query}`}`;
}

interface OwnerProps {
  owner: User | undefined;
  /** The owner's id from the address; the owner may not have loaded yet. */
  ownerId: string | undefined;
}

function backOf({ owner }: OwnerProps) {
  return owner ? { href: `${USERS}/${owner.id}`, label: owner.login } : { href: TOKENS, label: t('title') };
}

function ChooseKind(props: OwnerProps) {
  const { ownerId } = props;
  return (
    <>
      <PageHead title={t('newToken')} lead={t('newLead')} back={backOf(props)} />
      <ChooseOwner {...props} />
      <ul class="kinds">
        {WAYS.map((way) => (
          <li key={way}>
            <h2>
              <Link class="row-link" href={hrefOf(way, ownerId)}>
                <span class="kind-name">
                  <Icon node={ICONS[way]} size={18} />
                  {nameOf(way)}
                </span>
              </Link>
            </h2>
            <p class="hint">{t(ABOUT[way])}</p>
          </li>
        ))}
        <li>
          <h2>
            <span class="kind-name">
              <Icon node={Fingerprint} size={18} />
              {sharedTexts('kindPasskey')}
            </span>
          </h2>
          <p class="hint">
            {t('aboutPasskey')} {ownerId !== undefined && <Link href={`${USERS}/${ownerId}`}>{t('toLinks')}</Link>}
          </p>
        </li>
      </ul>
    </>
  );
}

function ChooseOwner({ owner, ownerId, way }: OwnerProps & { way?: WayIn }) {
  const { session, go } = useConsole();
  const { pick, dialog } = usePicker();
  const choose = async () => {
    const user = await pick(userPicker((one) => (canChangeUser(session, one) ? undefined : t('notYourUser'))));
    if (user) go(hrefOf(way, user.id), true);
  };
  return (
    <div class="panel for-whom">
      <p>
        {t('forWhom')} <strong>{ownerId === undefined ? t('forNoUser') : (owner?.login ?? ownerId)}</strong>
      </p>
      <button type="button" class="secondary" onClick={choose}>
        {t(ownerId === undefined ? 'choosePerson' : 'chooseAnother')}
      </button>
      {dialog}
    </div>
  );
}

function FillIn({
  way,
  owner,
  ownerId,
  onCreated,
}: OwnerProps & { way: WayIn; onCreated(created: CreatedToken): void }) {
  const { reads, go } = useConsole();
  const name = nameOf(way);
  return (
    <>
      <PageHead
        title={name}
        part={t('newToken')}
        lead={t(ABOUT[way])}
        back={{ href: hrefOf(undefined, ownerId), label: t('otherKinds') }}
      />
      <ChooseOwner owner={owner} ownerId={ownerId} way={way} />
      {way === 'recovery' && ownerId === undefined ? (
        <p class="strip">{t('recoveryNeedsOwner')}</p>
      ) : (
        <CreateForm<CreatedToken>
          path="tokens"
          inputs={inputsOf(way)}
          initial={initialOf(way, name)}
          bodyOf={(values) => bodyOf(way, values, ownerId)}
          button={t('make')}
          onCreated={({ body, version }) => {
            reads.changed('tokens', 'users', 'checklist');
            reads.put(`tokens/${body.token.id}`, body.token, version);
            onCreated(body);
          }}
          onCancel={() => go(hrefOf(undefined, ownerId))}
        />
      )}
    </>
  );
}
