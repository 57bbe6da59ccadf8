import { carryResources } from './carry-resources.ts';
import { carryTokens } from './carry-tokens.ts';
import { carryUsers } from './carry-users.ts';
import type { Carrying } from './carrying.ts';
import { giveAccess, type Needs } from './give-access.ts';
import type { Move } from './plan-move.ts';

/**
 * Makes what is not there yet, in an order in which a kill leaves nothing that lets anybody in who should not be: blocks before
 * access, owners before their tokens, and access last. Run again, it finds by their names what was made, and makes the rest.
 */
export async function carryOver(carrying: Carrying, move: Move): Promise<Needs> {
  const { report } = carrying;
  for (const { what, number, name, resource, code, detail } of move.left) {
    report.add({ what, outcome: 'left', number, name, resource, code, detail });
  }
  const resources = await carryResources(carrying, move.resources);
  const users = await carryUsers(carrying, move.users);
  const tokens = await carryTokens(carrying, move.tokens, users);
  return giveAccess(carrying, move, { resources, users, tokens });
}
