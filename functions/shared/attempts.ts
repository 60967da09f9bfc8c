import type { Previous } from './contract';
import { messageOf } from './errors';
import type { Attempt } from './plan';

/**
 * Every target that an execution has tried, up to the pass before, and the error that ended each try. Of the same error of
 * the same node only the last message is kept: each may have every address in it, and a state's data 256 KiB.
 */
export function attemptsUntil({ plan, error }: Previous): readonly Attempt[] {
  const { attempts, destination } = plan;
  if (destination === null) return attempts;
  const { instanceId } = destination;
  const isRepeated = (each: Attempt) => each.instanceId === instanceId && each.error === error.Error;
  return [
    ...attempts.map((each) => (isRepeated(each) ? { ...each, message: '' } : each)),
    { instanceId, error: error.Error, message: messageOf(error) },
  ];
}
