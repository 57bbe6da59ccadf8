import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { idFromBytes, idNumber } from '../../kernel/ids.ts';
import { isRefusal } from '../../kernel/result.ts';
import { deleteResource } from '../../resources/delete-resource.ts';
import { DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK, DEFAULT_RESULT_LIFETIME_MS } from '../../resources/resource.ts';
import { showResource } from '../../resources/resource-access.ts';
import { updateResource } from '../../resources/update-resource.ts';
import { addResource } from '../add-resource.ts';
import { type Endpoint, type EndpointRequest, pathNumber } from '../endpoint.ts';
import { countResources, listResourcePart } from '../list-resource-part.ts';
import { missing } from '../protocol-error.ts';
import { resourceShape, resourceShapes } from '../serialize.ts';
import { assignmentRows } from './assignments.ts';
import { ValueList } from './envelope.ts';
import { type Fields, pathId } from './fields.ts';

const SETTINGS = ['resourceName', 'failedAttemptsBeforeLock'] as const;
const ONE = 'resource-service/resources/#';

function settingsOf(fields: Fields) {
  const { least, most } = FAILED_ATTEMPTS_BEFORE_LOCK;
  const [name, failures] = [fields.label('resourceName'), fields.whole('failedAttemptsBeforeLock', least, most)];
  return omitUndefined({ name, failedAttemptsBeforeLock: failures });
}

function idOf(request: EndpointRequest) {
  return pathId('res', pathNumber(request));
}

export const resourceRows: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'resource-service/resources',
    fields: ['start', 'limit'],
    async answer({ ports, act, fields }) {
      const listed = await listResourcePart(ports, act, fields.part());
      if (isRefusal(listed)) return listed;
      return { resources: new ValueList('resource', await resourceShapes(ports, listed.items)) };
    },
  },
  {
    method: 'GET',
    path: 'resource-service/resources/quantity',
    fields: [],
    answer: async ({ ports, act }) => ({ quantity: await countResources(ports, act) }),
  },
  {
    method: 'GET',
    path: ONE,
    fields: [],
    async answer(request) {
      const { ports, act } = request;
      const found = await showResource(ports, act, idOf(request));
      return isRefusal(found) ? found : { resource: await resourceShape(ports, found.object) };
    },
  },
  {
    method: 'POST',
    path: 'resource-service/resources',
    fields: SETTINGS,
    async answer({ ports, act, fields }) {
      const { name, ...rest } = settingsOf(fields);
      if (name === undefined) throw missing('resourceName');
      const created = await addResource(
        ports,
        act,
        { id: idFromBytes('res', ports.random.bytes(7)) },
        {
          name,
          enabled: true,
          failedAttemptsBeforeLock: DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK,
          ...rest,
          methodPolicy: 'auto',
          allowedOrigins: [],
          allowLocalhost: false,
          resultLifetimeMs: DEFAULT_RESULT_LIFETIME_MS,
        },
      );
      return isRefusal(created) ? created : { id: idNumber(created.resource.id) };
    },
  },
  {
    method: 'PUT',
    path: ONE,
    fields: SETTINGS,
    async answer(request) {
      const { ports, act, fields } = request;
      const changed = await updateResource(ports, act, idOf(request), settingsOf(fields));
      return isRefusal(changed) ? changed : { resource: await resourceShape(ports, changed.object) };
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    fields: [],
    async answer(request) {
      const { ports, act } = request;
      const found = await showResource(ports, act, idOf(request));
      if (isRefusal(found)) return found;
      const resource = await resourceShape(ports, found.object);
      const deleted = await deleteResource(ports, act, found.object.id);
      return isRefusal(deleted) ? deleted : { resource };
    },
  },
  ...assignmentRows,
];
