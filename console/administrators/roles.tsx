import { words } from './words.ts';

/** What each role may, for whoever gives one. */
export function Roles() {
  return (
    <section class="panel roles" aria-labelledby="roles">
      <h2 id="roles">{words('roles')}</h2>
      <dl>
        <div class="fact">
          <dt>{words('superuser')}</dt>
          <dd>{words('rolesSuperuser')}</dd>
        </div>
        <div class="fact">
          <dt>{words('administrator')}</dt>
          <dd>{words('rolesAdministrator')}</dd>
        </div>
      </dl>
      <p class="hint">{words('rolesCli')}</p>
    </section>
  );
}
