import { pages } from '../commands/pages.ts';
import { keyOf, type MigrationContext, tryOne } from './migration-context.ts';
import type { PlannedResource } from './migration-plan.ts';
import type { MigrationCode } from './report.ts';

export interface ExistingResource {
  /** Made up in a dry run, where it is not there yet. */
  id: string;
  name: string;
  enabled: boolean;
  /** Whether nobody who had a token comes in without one: by what its settings say, not by what they said there. */
  asksForToken: boolean;
}

/** What the API shows of one. */
interface ResourceView {
  id: string;
  name: string;
  enabled: boolean;
  methodPolicy: string;
  tokenKinds: readonly string[];
  testMode: string | null;
  enrolment: { kinds: readonly string[]; required: boolean; postponableUntil: number | null } | null;
}

/** The kinds that are taken where nothing is said, and SMS. */
const WITH_SMS = ['webauthn', 'totp', 'hotp', 'ocra', 'email', 'recovery', 'sms'];

/** Resources by the names they had there. One of that name that is here already stays as it is. */
export async function migrateResources(
  { service, run, dryRun, report, advance }: MigrationContext,
  planned: readonly PlannedResource[],
): Promise<Map<number, ExistingResource>> {
  const there = new Map<string, ResourceView[]>();
  for await (const one of pages(service, '/v1/resources')) {
    const shown = one as unknown as ResourceView;
    there.set(shown.name, [...(there.get(shown.name) ?? []), shown]);
  }
  const here = new Map<number, ExistingResource>();
  for (const resource of planned) {
    const row = { what: 'resource', number: resource.id, name: resource.name } as const;
    const [found, ...others] = there.get(resource.name) ?? [];
    advance(1);
    if (found && (others.length > 0 || found.testMode !== null)) {
      const code = found.testMode === null ? 'NAME_AMBIGUOUS' : 'TEST_RESOURCE';
      report.add({ ...row, outcome: 'refused', code });
      continue;
    }
    if (found) {
      report.add({ ...row, outcome: 'there' });
      here.set(resource.id, { ...found, asksForToken: asksForToken(found) });
      continue;
    }
    const made = dryRun
      ? { id: '', name: resource.name, enabled: true }
      : await tryOne(report, row, async () => {
          const settings = settingsOf(resource);
          const headers = { 'idempotency-key': keyOf(run, '/v1/resources', resource.id, settings) };
          const { body } = await service.send('POST', '/v1/resources', { body: settings, headers });
          return body as ResourceView;
        });
    if (!made) continue;
    const filters = resource.filters.join('; ');
    // What may not be read cannot be copied, and without it people would come in from anywhere.
    const detail = filters === '' ? undefined : `switched off until its filters are made here: ${filters}`;
    report.add({
      ...row,
      outcome: 'made',
      ...(detail !== undefined && { code: 'FILTERS_TO_MAKE' satisfies MigrationCode, detail }),
    });
    here.set(resource.id, { ...made, asksForToken: resource.withTokens });
  }
  return here;
}

function settingsOf({ name, failedAttemptsBeforeLock, filters, withTokens, takesSms }: PlannedResource) {
  return {
    name,
    failedAttemptsBeforeLock,
    enabled: filters.length === 0,
    ...(takesSms && { tokenKinds: WITH_SMS }),
    ...(withTokens && { enrolment: { kinds: ['webauthn', 'totp'], required: true } }),
  };
}

/**
 * Whether somebody who is assigned alone is asked for a token as well: by the policy of codes, or by an enrolment that is
 * required and may not be put off. One of kinds alone that do not count there asks nobody.
 */
function asksForToken({ methodPolicy, tokenKinds, enrolment }: ResourceView): boolean {
  if (!enrolment?.kinds.some((kind) => tokenKinds.includes(kind))) return false;
  if (methodPolicy === 'otp' || methodPolicy === 'password-otp') return true;
  return methodPolicy === 'auto' && enrolment.required && enrolment.postponableUntil === null;
}
