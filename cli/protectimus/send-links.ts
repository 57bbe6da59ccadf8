import { type Service, ServiceRefusal } from '../connection/service.ts';
import type { MigrationCode, Report, ReportRow } from '../migrate/report.ts';
import type { Journal } from '../transfer/journal.ts';
import type { Needs } from './give-access.ts';

interface MailContext {
  service: Service;
  report: Report;
  language: string;
  /** Remembers sent mails, so that a resumed run sends none twice. */
  journal: Journal;
}

/** Mails each user who needs a token one link to set it up: a second link would void the first. */
export async function sendEnrolments(context: MailContext, { enrolments }: Needs): Promise<void> {
  const written = new Set<string>();
  for (const { user, resource } of enrolments) {
    const row = { what: 'enrolment', name: user.login, resource: resource.name } as const;
    if (!resource.enabled) {
      context.report.add({
        ...row,
        outcome: 'left',
        code: 'RESOURCE_OFF' satisfies MigrationCode,
        detail: 'the link would not work',
      });
      continue;
    }
    if (written.has(user.id)) {
      context.report.add({
        ...row,
        outcome: 'left',
        code: 'ONE_LINK_AT_A_TIME' satisfies MigrationCode,
        detail: 'run this again once the user has used the first link',
      });
      continue;
    }
    written.add(user.id);
    const body = { resource: resource.id, language: context.language };
    if (!(await sendOne(context, row, `/v1/users/${user.id}/enrolment-link`, body))) return;
  }
}

/** Mails a link to each user without a password. */
export async function sendResets(context: MailContext, { passwords }: Needs): Promise<void> {
  for (const user of passwords) {
    const row = { what: 'password', name: user.login } as const;
    const body = { language: context.language };
    if (!(await sendOne(context, row, `/v1/users/${user.id}/password-reset`, body))) return;
  }
}

/** True if the next one is worth trying. */
async function sendOne(
  { service, report, journal }: MailContext,
  row: Omit<ReportRow, 'outcome'>,
  path: string,
  body: object,
): Promise<boolean> {
  if (journal.completed.has(path)) {
    report.add({ ...row, outcome: 'sent' });
    return true;
  }
  try {
    await service.send('POST', path, { body });
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || error.status === 401) throw error;
    report.add({ ...row, outcome: 'refused', code: error.code });
    // If mail fails for one, it fails for all.
    return error.status < 500;
  }
  await journal.note(path);
  report.add({ ...row, outcome: 'sent' });
  return true;
}
