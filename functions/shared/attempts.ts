import type { Previous } from './contract';
import { messageOf } from './errors';
import type { Attempt } from './plan';

/** Every target that an execution has tried, up to the pass before, and the error that ended each try. */
export function attemptsUntil({ plan, error }: Previous): readonly Attempt[] {
  const { attempts, destination } = plan;
  if (destination === null) return attempts;
  return [...attempts, { instanceId: destination.instanceId, error: error.Error, message: messageOf(error) }];
}
