import type { SessionView } from '@countersign/protocol/session';
import { mayActOn } from '../inside/context.ts';
import type { PickQuestion } from './pick.tsx';
import { words } from './words.ts';

export interface ResourceView {
  id: string;
  name: string;
  testMode: string | null;
  enrolment: object | null;
}

/** Where access may be given: a real resource on which this administrator may act. */
export function resourceQuestion(
  session: SessionView,
  whyNot: (resource: ResourceView) => string | undefined = () => undefined,
): PickQuestion<ResourceView> {
  return {
    title: words('pickResource'),
    path: 'resources',
    nameOf: ({ name }) => name,
    whyNot: (resource) =>
      resource.testMode !== null
        ? words('testResource')
        : mayActOn(session, resource.id)
          ? whyNot(resource)
          : words('notYours'),
  };
}
