import { ApiError } from '../../kernel/api';
import type { InstanceState } from '../model/records';
import type { World } from '../model/world';
import { arn, type Ec2Action, summary } from './action';
import { checkId } from './ids';
import { shapeState } from './instances';

/** Every instance is checked before the first one changes. `Hibernate` would change what happens, so it is refused. */
function lifecycle(
  transition: 'start' | 'stop' | 'terminate',
  parameters: readonly string[],
  change: (world: World, id: string) => InstanceState,
): Ec2Action {
  return {
    parameters: ['InstanceId', 'DryRun', ...parameters],
    resources: (call, world) => call.requiredTexts('InstanceId').map((id) => arn(world, 'instance', id)),
    run(call, { world }) {
      if (call.flag('Hibernate'))
        throw new ApiError('UnsupportedHibernationConfiguration', 'The local cloud does not hibernate instances.');
      const ids = call.requiredTexts('InstanceId').map((id) => checkId('i-', id));
      for (const id of ids) world.checkTransition(id, transition);
      const changes = ids.map((id) => ({ id, from: world.instance(id).state, to: change(world, id) }));
      const instancesSet = changes.map(({ id, from, to }) => ({
        instanceId: id,
        currentState: shapeState(to),
        previousState: shapeState(from),
      }));
      return { body: { instancesSet }, result: summary(changes.map(({ id, from, to }) => `${id} ${from} → ${to}`)) };
    },
  };
}

export const startInstances = lifecycle('start', [], (world, id) => world.startInstance(id));
export const stopInstances = lifecycle('stop', ['Force', 'SkipOsShutdown', 'Hibernate'], (world, id) =>
  world.stopInstance(id),
);
export const terminateInstances = lifecycle('terminate', ['Force', 'SkipOsShutdown'], (world, id) =>
  world.terminateInstance(id),
);
