import type { Cluster } from '../../../functions/shared/cluster';
import type { Request } from '../../../functions/shared/plan';
import { type Decision, decide } from '../../../functions/verify-instance-state/decide';
import type { Facts } from '../../../functions/verify-instance-state/situation';
import { facts, type World } from './facts';

/** "b" for node b. */
export function letter({ instanceId }: { readonly instanceId: string }): string {
  return instanceId.slice(-1);
}

/** The decision, or why it is to be looked again. */
export function outcomeOf(of: Facts): Decision | Error {
  try {
    return decide(of);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** "MOVE to b `HOLDER_UNHEALTHY`", "NONE `PAUSED`, told", "REHEARSE b, silent: NONE `HOLDER_HEALTHY`", "FAIL `HeldByStranger`", "look again". */
export function inWords(of: Facts): string {
  const outcome = outcomeOf(of);
  if (outcome instanceof Error) {
    return outcome.name === 'StateUnsettled' ? 'look again' : `look again (\`${outcome.name}\`)`;
  }
  const { action, why, destination, notify, rehearsed, failure } = outcome;
  const node = destination === null ? 'nobody' : letter(destination);
  if (action === 'MOVE') return `MOVE to ${node} \`${why}\``;
  if (action === 'FAIL') return `FAIL \`${failure}\`${notify ? '' : ', not told'}`;
  if (action === 'NONE') return `NONE \`${why}\`${notify ? ', told' : ''}`;
  return `REHEARSE ${node}${notify ? '' : ', silent'}: ${rehearsed} \`${why}\``;
}

/** The same without the marks of a document. */
export function decided(request: Request, of: Cluster, world: World = {}, changes: Partial<Facts> = {}): string {
  return inWords(facts(request, of, world, changes)).replaceAll('`', '');
}

/** What the console and the logs say of a decision. */
export function explained(request: Request, of: Cluster, world: World = {}, changes: Partial<Facts> = {}): string {
  const outcome = outcomeOf(facts(request, of, world, changes));
  return outcome instanceof Error ? outcome.message : outcome.explanation;
}
