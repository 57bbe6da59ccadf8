import { X } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import type { Input, InputViewProps } from '../edit/inputs.ts';
import { ListInput } from '../edit/list-input.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { t as common } from '../shell/i18n.ts';
import { ruleText } from './filter.ts';
import { t } from './i18n.ts';
import {
  countriesIn,
  type GeoRule,
  type IpRule,
  isLike,
  isRange,
  MAX_WINDOWS,
  type Rule,
  type TimeRule,
} from './rules.ts';
import { WeekGrid } from './week-grid.tsx';

/** The rule of a filter as a form input. */
export function ruleInput(lang: string): Input {
  return {
    name: 'rule',
    kind: 'part',
    label: t('rule'),
    text: (value) => ruleText(value as Rule, lang),
    check: (value) => ruleError(value as Rule),
    draw: (props) => <RuleView {...props} rule={props.value as Rule} />,
  };
}

function ruleError(rule: Rule): string | undefined {
  if (rule.kind === 'geo') return rule.countries.length === 0 ? t('countryNone') : undefined;
  if (rule.kind === 'ip') return rule.ranges.length === 0 ? t('rangesNone') : undefined;
  if (rule.windows.length === 0) return t('weekNone');
  return rule.windows.length > MAX_WINDOWS ? t('weekMany') : undefined;
}

interface RuleProps<Of extends Rule> extends InputViewProps {
  rule: Of;
}

function RuleView(props: RuleProps<Rule>) {
  const { rule } = props;
  if (rule.kind === 'geo') return <GeoView {...props} rule={rule} />;
  if (rule.kind === 'time') return <TimeView {...props} rule={rule} />;
  return <IpView {...props} rule={rule} />;
}

interface ChooseProps {
  id: string;
  label: string;
  hint?: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  isReadOnly: boolean;
  onChange(value: string): void;
}

function Choose({ id, label, hint, value, choices, isReadOnly, onChange }: ChooseProps) {
  return (
    <div class="rule-field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint above" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <select
        class="input"
        id={id}
        value={value}
        disabled={isReadOnly}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {choices.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

const modeOf = (value: string) => (value === 'deny' ? 'deny' : 'allow');

type ModeProps<Of extends GeoRule | IpRule> = Pick<RuleProps<Of>, 'rule' | 'id' | 'isReadOnly' | 'onChange'> & {
  allow: string;
  deny: string;
};

/** Whether the list allows or denies. */
function ModeChoice<Of extends GeoRule | IpRule>({ rule, id, isReadOnly, onChange, allow, deny }: ModeProps<Of>) {
  return (
    <Choose
      id={`${id}-mode`}
      label={t('mode')}
      value={rule.mode}
      choices={[
        ['allow', allow],
        ['deny', deny],
      ]}
      isReadOnly={isReadOnly}
      onChange={(mode) => onChange({ ...rule, mode: modeOf(mode) })}
    />
  );
}

function GeoView({ rule, id, isReadOnly, onChange }: RuleProps<GeoRule>) {
  const { lang } = useConsole().texts;
  const countries = useMemo(() => countriesIn(lang), [lang]);
  const [typed, setTyped] = useState('');
  const found = countries.filter((one) => isLike(one, typed));
  const nameOf = (code: string) => countries.find((one) => one.code === code)?.name ?? code;
  const choose = (code: string, isChosen: boolean) => {
    const others = rule.countries.filter((one) => one !== code);
    onChange({ ...rule, countries: isChosen ? [...others, code] : others });
  };
  return (
    <div class="rule">
      <ModeChoice {...{ rule, id, isReadOnly, onChange }} allow={t('modeAllowGeo')} deny={t('modeDenyGeo')} />
      <fieldset class="rule-field">
        <legend>{t('countries')}</legend>
        {rule.countries.length > 0 && (
          <ul class="chips">
            {rule.countries.map((code) => (
              <li key={code}>
                {nameOf(code)}
                {!isReadOnly && (
                  <button
                    type="button"
                    class="quiet square"
                    aria-label={common('remove', { name: nameOf(code) })}
                    onClick={() => choose(code, false)}
                  >
                    <Icon node={X} size={14} />
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        {!isReadOnly && (
          <>
            <input
              class="input"
              type="search"
              aria-label={t('findCountry')}
              placeholder={t('findCountry')}
              autocomplete="off"
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                const [only, ...others] = found;
                if (!only || others.length > 0) return;
                choose(only.code, true);
                setTyped('');
              }}
            />
            <p class="unseen" role="status">
              {typed !== '' && t('countriesShown', { count: found.length })}
            </p>
            <div class="choices many countries">
              {found.map(({ code, name }) => (
                <label key={code} class="choice">
                  <input
                    type="checkbox"
                    checked={rule.countries.includes(code)}
                    onChange={({ currentTarget }) => choose(code, currentTarget.checked)}
                  />
                  <span>
                    {name} <span class="muted">{code}</span>
                  </span>
                </label>
              ))}
            </div>
          </>
        )}
      </fieldset>
      <Choose
        id={`${id}-unlocated`}
        label={t('unlocated')}
        hint={t('unlocatedHint')}
        value={rule.unlocated}
        choices={[
          ['deny', t('unlocatedDeny')],
          ['allow', t('unlocatedAllow')],
        ]}
        isReadOnly={isReadOnly}
        onChange={(unlocated) => onChange({ ...rule, unlocated: modeOf(unlocated) })}
      />
    </div>
  );
}

function IpView({ rule, id, isReadOnly, onChange }: RuleProps<IpRule>) {
  const ranges = {
    name: 'ranges',
    kind: 'list',
    maxItems: 500,
    label: t('ranges'),
    placeholder: '203.0.113.0/24',
    read: (text: string) => (isRange(text) ? { value: text.toLowerCase() } : { mistake: t('rangeBad') }),
  } as const;
  return (
    <div class="rule">
      <ModeChoice {...{ rule, id, isReadOnly, onChange }} allow={t('modeAllowIp')} deny={t('modeDenyIp')} />
      <div class="rule-field">
        <label for={`${id}-ranges`}>{t('ranges')}</label>
        <ListInput
          input={ranges}
          id={`${id}-ranges`}
          value={rule.ranges}
          error={undefined}
          isReadOnly={isReadOnly}
          isChanged={false}
          onChange={(next) => onChange({ ...rule, ranges: next })}
        />
      </div>
    </div>
  );
}

function TimeView({ rule, id, isReadOnly, onChange }: RuleProps<TimeRule>) {
  const zones = useMemo(() => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), rule.zone])], [rule.zone]);
  return (
    <div class="rule">
      <Choose
        id={`${id}-zone`}
        label={t('zone')}
        hint={t('zoneHint')}
        value={rule.zone}
        choices={zones.map((zone) => [zone, zone.replaceAll('_', ' ')])}
        isReadOnly={isReadOnly}
        onChange={(zone) => onChange({ ...rule, zone })}
      />
      <WeekGrid
        windows={rule.windows}
        id={`${id}-week`}
        isReadOnly={isReadOnly}
        onChange={(windows) => onChange({ ...rule, windows })}
      />
    </div>
  );
}
