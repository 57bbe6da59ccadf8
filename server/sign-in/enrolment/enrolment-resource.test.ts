import { TOKEN_STATES, type TokenState } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import type { Resource } from '../../resources/resource.ts';
import { resourceId } from '../../testing/samples.ts';
import { chooseEnrolmentResource } from './enrolment-resource.ts';

test('chooses a place without a working token, one with a lost secret first, and no other', () => {
  const states = fc.array(fc.constantFrom<TokenState>(...TOKEN_STATES), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(states, { maxLength: 4 }), (all) => {
      const places = all.map((one, at) => ({ resource: { id: resourceId(at) } as Resource, states: one }));
      const chosen = chooseEnrolmentResource(places);
      const lacking = places.filter((place) => !place.states.includes('active'));
      if (isRefusal(chosen)) {
        expect(chosen.refused).toBe(places.length === 0 ? 'ENROLMENT_OFF' : 'ENROLMENT_NOT_NEEDED');
        expect(lacking).toEqual([]);
        return;
      }
      const place = lacking.find(({ resource }) => resource === chosen.resource);
      expect(place).toBeDefined();
      const isLost = lacking.some((one) => one.states.includes('secret-lost'));
      expect(place?.states.includes('secret-lost')).toBe(isLost);
      if (!isLost) expect(place).toBe(lacking[0]);
    }),
  );
});
