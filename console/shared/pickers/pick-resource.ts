import type { SessionView } from '@countersign/protocol/session';
import { canActOn } from '../../shell/context.ts';
import { t } from '../i18n.ts';
import type { PickerOptions } from './picker.tsx';

export interface ResourceView {
  id: string;
  name: string;
  testMode: string | null;
  enrolment: object | null;
}

/** Picks a resource to grant access to: no test resources, and only those this administrator may act on. */
export function resourcePicker(
  session: SessionView,
  whyNot: (resource: ResourceView) => string | undefined = () => undefined,
): PickerOptions<ResourceView> {
  return {
    title: t('pickResource'),
    path: 'resources',
    nameOf: ({ name }) => name,
    whyNot: (resource) =>
      resource.testMode !== null
        ? t('testResource')
        : canActOn(session, resource.id)
          ? whyNot(resource)
          : t('notYours'),
  };
}
