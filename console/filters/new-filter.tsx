import { FILTER_KINDS } from '@countersign/protocol/filters';
import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { emptyRule, FILTERS, type FilterView } from './filter.ts';
import { t } from './i18n.ts';
import { ruleInput } from './rule-input.tsx';
import type { Rule } from './rules.ts';

const TEXTS = { geo: 'geoText', time: 'timeText', ip: 'ipText' } as const;

/** The kind is in the address; it is chosen before the rule and cannot be changed later. */
export function NewFilter() {
  const { reads, address, go, notify, texts } = useConsole();
  const asked = address.query.get('kind');
  const kind: Rule['kind'] = FILTER_KINDS.find((one) => one === asked) ?? 'geo';
  const [fresh] = useState(() => ({ geo: emptyRule('geo'), time: emptyRule('time'), ip: emptyRule('ip') }));
  return (
    <>
      <PageHead title={t('newFilter')} lead={t('newLead')} back={{ href: FILTERS, label: t('title') }} />
      <fieldset class="segments filter-kinds">
        <legend class="unseen">{t('kind')}</legend>
        {FILTER_KINDS.map((one) => (
          <label key={one}>
            <input
              type="radio"
              class="unseen"
              name="kind"
              checked={one === kind}
              onChange={() => go(`${FILTERS}/new?kind=${one}`, true)}
            />
            <span>{t(TEXTS[one])}</span>
          </label>
        ))}
      </fieldset>
      <CreateForm<FilterView>
        key={kind}
        path="filters"
        inputs={[
          { name: 'name', kind: 'text', max: 100, label: t('name'), hint: t('nameHint') },
          ruleInput(texts.lang),
        ]}
        initial={{ name: '', rule: fresh[kind] }}
        button={t('make')}
        onCreated={({ body, version }) => {
          reads.changed('filters');
          reads.put(`filters/${body.id}`, body, version);
          notify({ text: t('made', { name: body.name }) });
          go(`${FILTERS}/${body.id}`, true);
        }}
        onCancel={() => go(FILTERS)}
      />
    </>
  );
}
