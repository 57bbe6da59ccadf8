import { pages } from '../commands/pages.ts';
import { asksForToken, type TokenSettings } from '../migrate/asks-for-token.ts';
import type { MigrationCode } from '../migrate/report.ts';
import { tryOne } from '../migrate/try-one.ts';
import { keyOf, type MigrationContext } from './migration-context.ts';
import type { PlannedResource } from './migration-plan.ts';

export interface ExistingResource {
  /** Empty in a dry run, if the resource does not exist yet. */
  id: string;
  name: string;
  enabled: boolean;
  /** True if a user without a token is made to set one up. Judged by the settings here, not by those of the source. */
  asksForToken: boolean;
}

/** A resource as the API shows it. */
interface ResourceView extends TokenSettings {
  id: string;
  name: string;
  enabled: boolean;
  testMode: string | null;
}

/** The default kinds, and SMS. */
const WITH_SMS = ['webauthn', 'totp', 'hotp', 'ocra', 'email', 'recovery', 'sms'];

/** Creates resources by name. An existing one of that name is not changed. */
export async function migrateResources(
  { service, run, dryRun, report, advance }: MigrationContext,
  planned: readonly PlannedResource[],
): Promise<Map<number, ExistingResource>> {
  const there = new Map<string, ResourceView[]>();
  for await (const view of pages<ResourceView>(service, '/v1/resources')) {
    there.set(view.name, [...(there.get(view.name) ?? []), view]);
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
    const created = dryRun
      ? { id: '', name: resource.name, enabled: true }
      : await tryOne(report, row, async () => {
          const settings = settingsOf(resource);
          const headers = { 'idempotency-key': keyOf(run, '/v1/resources', resource.id, settings) };
          const { body } = await service.send('POST', '/v1/resources', { body: settings, headers });
          return body as ResourceView;
        });
    if (!created) continue;
    const filters = resource.filters.join('; ');
    // Filters cannot be read, so they cannot be copied: without them users could sign in from anywhere.
    const detail = filters === '' ? undefined : `deactivated until you create its filters here: ${filters}`;
    report.add({
      ...row,
      outcome: 'made',
      ...(detail !== undefined && { code: 'FILTERS_TO_MAKE' satisfies MigrationCode, detail }),
    });
    here.set(resource.id, { ...created, asksForToken: resource.withTokens });
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
