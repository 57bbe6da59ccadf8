import { t } from './i18n.ts';

/** Explains what each role may do. */
export function Roles() {
  return (
    <section class="panel roles" aria-labelledby="roles">
      <h2 id="roles">{t('roles')}</h2>
      <dl>
        <div class="fact">
          <dt>{t('superuser')}</dt>
          <dd>{t('rolesSuperuser')}</dd>
        </div>
        <div class="fact">
          <dt>{t('administrator')}</dt>
          <dd>{t('rolesAdministrator')}</dd>
        </div>
        <div class="fact">
          <dt>{t('help-desk')}</dt>
          <dd>{t('rolesHelpDesk')}</dd>
        </div>
        <div class="fact">
          <dt>{t('read-only')}</dt>
          <dd>{t('rolesReadOnly')}</dd>
        </div>
      </dl>
      <p class="hint">{t('rolesCli')}</p>
    </section>
  );
}
