import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { Bones, Problem } from '../inside/problem.tsx';
import { Tabs } from '../inside/tabs.tsx';
import { useRead } from '../inside/use-read.ts';
import { When } from '../inside/when.tsx';
import { Copy } from '../parts/copy.tsx';
import { Appearance } from './appearance.tsx';
import { Embed } from './embed.tsx';
import type { Resource } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { ResourceSettings } from './settings.tsx';
import { States } from './states.tsx';
import { TryIt } from './try-it.tsx';
import { words } from './words.ts';

/** One resource, in tabs. */
export function OneResource({ id }: { id: string }) {
  const { address, texts } = useInside();
  const read = useRead<Resource>(`resources/${id}`);
  const { body: resource, version } = read;
  const here = `${RESOURCES}/${id}`;
  const tabs = [
    { href: here, label: words('tabSettings'), Tab: ResourceSettings },
    { href: `${here}/appearance`, label: words('tabAppearance'), Tab: Appearance },
    { href: `${here}/embed`, label: words('tabEmbed'), Tab: Embed },
    { href: `${here}/try`, label: words('tabTry'), Tab: TryIt },
  ];
  const shown = tabs.find(({ href }) => href === address.path) ?? tabs[0];
  const isGone = read.problem && !resource;
  return (
    <>
      <PageHead
        title={isGone ? words('oneTitle') : resource?.name}
        {...(shown && { part: shown.label })}
        back={{ href: RESOURCES, label: words('title') }}
        lead={
          resource && (
            <>
              {words('id')} <code>{resource.id}</code> <Copy texts={texts} text={resource.id} what={words('copyId')} />
              <span class="dot">·</span> {words('madeAt')} <When at={resource.createdAt} />
            </>
          )
        }
      >
        {resource && <States resource={resource} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!resource && !read.problem && <Bones lines={8} />}
      {resource && shown && (
        <>
          <Tabs label={words('tabs')} tabs={tabs} />
          <Warnings resource={resource} />
          <shown.Tab key={shown.href} resource={resource} version={version} />
        </>
      )}
    </>
  );
}

const WARNINGS: Readonly<Record<string, 'warnOtpOnly' | 'warnSms'>> = {
  OTP_ONLY_CAN_BE_LOCKED_OUT: 'warnOtpOnly',
  SMS_IS_RESTRICTED: 'warnSms',
};

function Warnings({ resource }: { resource: Resource }) {
  const { enabled, allowedOrigins, allowLocalhost, redirectUris, warnings } = resource;
  const isNowhere = allowedOrigins.length === 0 && !allowLocalhost && redirectUris.length === 0;
  const told = [
    ...(enabled ? [] : [words('warnOff')]),
    ...(isNowhere ? [words('warnNowhere')] : []),
    ...warnings.flatMap((one) => (WARNINGS[one] ? [words(WARNINGS[one])] : [])),
  ];
  return (
    <>
      {told.map((text) => (
        <p key={text} class="strip warn">
          {text}
        </p>
      ))}
    </>
  );
}
