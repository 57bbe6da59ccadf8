import { GIVEN_ROLES, type Role } from '@countersign/protocol/session';
import type { Choice, Input } from '../edit/inputs.ts';
import { Badge } from '../parts/badge.tsx';
import type { Fields } from '../service/conflict.ts';
import { t } from './i18n.ts';

export const ADMINISTRATORS = '/console/administrators';

export interface Grant {
  resource: string;
  allowed: boolean;
}

const EXPLAINED = {
  administrator: 'rolesAdministrator',
  'help-desk': 'rolesHelpDesk',
  'read-only': 'rolesReadOnly',
} as const;

/** The role that the superuser gives, with what it may do. */
export function roleInput(): Input {
  const choices = GIVEN_ROLES.map((value) => ({ value, label: t(value), hint: t(EXPLAINED[value]) }));
  return { name: 'role', kind: 'one-of', label: t('role'), choices };
}

/** An administrator as the API shows them. */
export interface AdministratorView extends Fields {
  id: string;
  email: string;
  name: string;
  role: Role;
  state: 'invited' | 'active';
  hasToken: boolean;
  grants: readonly Grant[];
  createdAt: number;
}

/** The response to an invitation. */
export interface InvitationResponse {
  administrator: AdministratorView;
  handOver?: { link: string; code: string };
}

export function AdministratorBadges({ of: { role, state } }: { of: AdministratorView }) {
  return (
    <span class="states">
      {role !== 'administrator' && <Badge tone={role === 'superuser' ? 'warn' : 'plain'}>{t(role)}</Badge>}
      <Badge tone={state === 'active' ? 'good' : 'plain'}>{t(state)}</Badge>
    </span>
  );
}

const LEVELS = ['grantNone', 'grantPaused', 'grantAllowed'] as const;
type Level = (typeof LEVELS)[number];

export function levelOf(grants: readonly Grant[], resource: string): Level {
  const grant = grants.find((one) => one.resource === resource);
  if (!grant) return 'grantNone';
  return grant.allowed ? 'grantAllowed' : 'grantPaused';
}

/** Sets the level on one resource; the other grants keep their order. */
export function withLevel(grants: readonly Grant[], resource: string, level: Level): Grant[] {
  if (level === 'grantNone') return grants.filter((one) => one.resource !== resource);
  const grant = { resource, allowed: level === 'grantAllowed' };
  const isThere = grants.some((one) => one.resource === resource);
  return isThere ? grants.map((one) => (one.resource === resource ? grant : one)) : [...grants, grant];
}

/** One level for each resource: assigned and allowed are two conditions (SR-27). */
export function grantsInput(resources: readonly Choice[], nameOf: (id: string) => string): Input {
  return {
    name: 'grants',
    kind: 'part',
    label: t('grants'),
    hint: t('grantsHint'),
    text: (value) =>
      (value as readonly Grant[])
        .map((grant) => `${nameOf(grant.resource)}: ${t(levelOf([grant], grant.resource))}`)
        .join('; ') || t('grantsNone'),
    draw({ id, value, isReadOnly, onChange }) {
      const grants = value as readonly Grant[];
      const known = new Set(resources.map((one) => one.value));
      // Keep grants on resources that were deleted or are not on the first page.
      const others = grants.flatMap(({ resource }) => (known.has(resource) ? [] : [resource]));
      const all = [...resources, ...others.map((one) => ({ value: one, label: nameOf(one) }))];
      if (all.length === 0) return <p class="hint">{t('grantsEmpty')}</p>;
      return (
        <div class={all.length > 12 ? 'grants choices many' : 'grants'}>
          {all.map(({ value: resource, label }) => (
            <label key={resource} for={`${id}-${resource}`}>
              <span>{label}</span>
              <select
                class="input"
                id={`${id}-${resource}`}
                value={levelOf(grants, resource)}
                disabled={isReadOnly}
                onChange={({ currentTarget }) => onChange(withLevel(grants, resource, currentTarget.value as Level))}
              >
                {LEVELS.map((level) => (
                  <option key={level} value={level}>
                    {t(level)}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      );
    },
  };
}
