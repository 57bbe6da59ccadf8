import { FAILED_ATTEMPTS_BEFORE_LOCK } from '../../../shared/wire/lock-limits.ts';
import { idFromBytes, idNumber } from '../../domain/ids.ts';
import { DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK, DEFAULT_RESULT_LIFETIME_MS } from '../../domain/resource.ts';
import { documents } from '../../ports/documents.ts';
import { indexes } from '../../ports/indexes.ts';
import { listResources } from '../../usecases/objects/list-named.ts';
import { countEntries, listPart } from '../../usecases/objects/list-part.ts';
import { showObject } from '../../usecases/objects/read-object.ts';
import { addResource } from '../../usecases/protectimus/add-resource.ts';
import { deleteResource } from '../../usecases/resources/delete-resource.ts';
import { updateResource } from '../../usecases/resources/update-resource.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { assignmentRows } from './assignments.ts';
import { Many } from './envelope.ts';
import { type Fields, pathId } from './fields.ts';
import { missing } from './mistake.ts';
import { type Asked, numberAt, type Row } from './row.ts';
import { resourceShape, resourceShapes } from './shapes.ts';

const SETTINGS = ['resourceName', 'failedAttemptsBeforeLock'] as const;
const ONE = 'resource-service/resources/#';

function settingsOf(fields: Fields) {
  const { least, most } = FAILED_ATTEMPTS_BEFORE_LOCK;
  const [name, failures] = [fields.label('resourceName'), fields.whole('failedAttemptsBeforeLock', least, most)];
  return { ...(name !== undefined && { name }), ...(failures !== undefined && { failedAttemptsBeforeLock: failures }) };
}

function keyOf(asked: Asked) {
  return documents.resource(pathId('res', numberAt(asked)));
}

export const resourceRows: readonly Row[] = [
  {
    method: 'GET',
    path: 'resource-service/resources',
    fields: ['start', 'limit'],
    async answer({ ports, act, fields }) {
      const index = indexes.resources(act.actor.account);
      const listed = await listPart(ports, index, fields.part(), (query) => listResources(ports, act, query));
      if (isRefusal(listed)) return listed;
      return { resources: new Many('resource', await resourceShapes(ports, listed.items)) };
    },
  },
  {
    method: 'GET',
    path: 'resource-service/resources/quantity',
    fields: [],
    answer: async ({ ports, act }) => ({
      quantity: await countEntries(ports, indexes.resources(act.actor.account)),
    }),
  },
  {
    method: 'GET',
    path: ONE,
    fields: [],
    async answer(asked) {
      const { ports, act } = asked;
      const found = await showObject(ports, act, keyOf(asked), 'RESOURCE_NOT_FOUND');
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
      const made = await addResource(
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
      return isRefusal(made) ? made : { id: idNumber(made.resource.id) };
    },
  },
  {
    method: 'PUT',
    path: ONE,
    fields: SETTINGS,
    async answer(asked) {
      const { ports, act, fields } = asked;
      const id = pathId('res', numberAt(asked));
      const changed = await updateResource(ports, act, id, settingsOf(fields));
      return isRefusal(changed) ? changed : { resource: await resourceShape(ports, changed.object) };
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    fields: [],
    async answer(asked) {
      const { ports, act } = asked;
      const found = await showObject(ports, act, keyOf(asked), 'RESOURCE_NOT_FOUND');
      if (isRefusal(found)) return found;
      const resource = await resourceShape(ports, found.object);
      const gone = await deleteResource(ports, act, found.object.id);
      return isRefusal(gone) ? gone : { resource };
    },
  },
  ...assignmentRows,
];
