import { useConsole } from '../shell/context.ts';
import { ObjectPage } from '../shell/object-page.tsx';
import { isInTab } from '../shell/tabs.tsx';
import { useQuery } from '../shell/use-query.ts';
import { Appearance } from './appearance.tsx';
import { Embed } from './embed.tsx';
import { ownTexts, t } from './i18n.ts';
import { OwnTexts } from './own-texts.tsx';
import type { Resource } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { ResourceSettings } from './settings.tsx';
import { ResourceBadges } from './states.tsx';
import { TryIt } from './try-it.tsx';

/** One resource, in tabs. */
export function OneResource({ id }: { id: string }) {
  const { address } = useConsole();
  const read = useQuery<Resource>(`resources/${id}`);
  const { body: resource, version } = read;
  const here = `${RESOURCES}/${id}`;
  const tabs = [
    { href: here, below: `${here}/settings`, label: t('tabSettings'), Tab: ResourceSettings },
    { href: `${here}/appearance`, label: t('tabAppearance'), Tab: Appearance },
    { href: `${here}/texts`, label: ownTexts('title'), Tab: OwnTexts },
    { href: `${here}/embed`, label: t('tabEmbed'), Tab: Embed },
    { href: `${here}/try`, label: t('tabTry'), Tab: TryIt },
  ];
  const current = tabs.find((tab) => isInTab(tab, address.path)) ?? tabs[0];
  return (
    <ObjectPage
      read={read}
      back={{ href: RESOURCES, label: t('title') }}
      goneTitle={t('oneTitle')}
      title={resource?.name}
      labels={{ copyId: t('copyId'), tabs: t('tabs') }}
      badges={resource && <ResourceBadges resource={resource} />}
      tabs={tabs}
    >
      {resource && <Warnings resource={resource} />}
      {resource && current && <current.Tab key={current.href} resource={resource} version={version} />}
    </ObjectPage>
  );
}

const WARNINGS: Readonly<
  Record<
    string,
    'warnOtpOnly' | 'warnPasswordOnly' | 'warnMailedOnly' | 'warnSms' | 'warnMailbox' | 'warnEnrolment' | 'warnColours'
  >
> = {
  OTP_ONLY_CAN_BE_LOCKED_OUT: 'warnOtpOnly',
  PASSWORD_ONLY_IS_ONE_FACTOR: 'warnPasswordOnly',
  MAILED_CODE_ONLY_IS_ONE_FACTOR: 'warnMailedOnly',
  SMS_IS_RESTRICTED: 'warnSms',
  MAILBOX_RESETS_AND_CODES: 'warnMailbox',
  ENROLMENT_KIND_NOT_TAKEN: 'warnEnrolment',
  COLOURS_HARD_TO_READ: 'warnColours',
};

function Warnings({ resource }: { resource: Resource }) {
  const { enabled, allowedOrigins, allowLocalhost, redirectUris, appRedirectUris, warnings } = resource;
  const addresses = [...allowedOrigins, ...redirectUris, ...appRedirectUris];
  const isNowhere = addresses.length === 0 && !allowLocalhost;
  const messages = [
    ...(enabled ? [] : [t('warnOff')]),
    ...(isNowhere ? [t('warnNowhere')] : []),
    ...warnings.flatMap((one) => (WARNINGS[one] ? [t(WARNINGS[one], { setting: t('tokenKinds') })] : [])),
  ];
  return (
    <>
      {messages.map((text) => (
        <p key={text} class="strip warn">
          {text}
        </p>
      ))}
    </>
  );
}
