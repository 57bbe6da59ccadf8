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

/** Picks a resource: no test resources, and only those where this administrator may do it. By default: act on them. */
export function resourcePicker(
  session: SessionView,
  whyNot: (resource: ResourceView) => string | undefined = () => undefined,
  may = canActOn,
): PickerOptions<ResourceView> {
  return {
    title: t('pickResource'),
    path: 'resources',
    nameOf: ({ name }) => name,
    whyNot: (resource) =>
      resource.testMode !== null ? t('testResource') : may(session, resource.id) ? whyNot(resource) : t('notYours'),
  };
}
