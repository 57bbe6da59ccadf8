import { useId, useMemo, useState } from 'preact/hooks';
import { EditForm } from '../edit/edit-form.tsx';
import type { Section } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import { canActOn, useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { LogoPanel } from './logo-panel.tsx';
import { NO_LINKS, previewOf, USUAL } from './look.ts';
import { badLink, hasGoodFont, LinkFields, LookFields } from './look-fields.tsx';
import type { AppearanceView, LinksView, TabProps } from './resource.ts';
import { newNonce, useNeedsOrigin, Widget } from './widget.tsx';

/** Logo, look and links of a resource, beside the sign-in as it would be. */
export function Appearance(props: TabProps) {
  const { resource, version } = props;
  const { session } = useConsole();
  const [values, setValues] = useState<Fields>(resource);
  const nonce = useMemo(newNonce, []);
  const look = useMemo(
    () =>
      previewOf(
        (values.appearance as AppearanceView | null) ?? USUAL,
        (values.links as LinksView | null) ?? NO_LINKS,
        navigator.language,
      ),
    [values],
  );
  const needs = useNeedsOrigin(props);
  const id = useId();
  return (
    <div class="looks">
      <div>
        <LogoPanel {...props} />
        <EditForm
          path={`resources/${resource.id}`}
          body={resource}
          version={version}
          sections={lookSections()}
          isReadOnly={!canActOn(session, resource.id)}
          alsoChanged={['resources']}
          onValues={setValues}
        />
      </div>
      <section class="panel preview" aria-labelledby={`${id}-preview`}>
        <h2 id={`${id}-preview`}>{t('preview')}</h2>
        {needs ?? <Widget key={resource.logo} resource={resource.id} nonce={nonce} look={look} />}
      </section>
    </div>
  );
}

function lookSections(): Section[] {
  return [
    {
      title: t('look'),
      text: t('lookText'),
      inputs: [
        {
          name: 'appearance',
          label: t('look'),
          kind: 'part',
          draw: LookFields,
          text: (value) => (value === null ? t('usual') : JSON.stringify(value)),
          check: (value) => (value === null || hasGoodFont(value as AppearanceView) ? undefined : t('fontBad')),
        },
      ],
    },
    {
      title: t('links'),
      text: t('linksText'),
      inputs: [
        {
          name: 'links',
          label: t('links'),
          kind: 'part',
          draw: LinkFields,
          text: (value) =>
            Object.values((value as LinksView | null) ?? {})
              .filter(Boolean)
              .join(', ') || t('linksNone'),
          check: (value) => (value === null || !badLink(value as LinksView) ? undefined : t('linkBad')),
        },
      ],
    },
  ];
}
