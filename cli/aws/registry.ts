import type { Cluster } from '../../functions/shared/cluster';
import { asFields, type Fields, isFields } from '../../functions/shared/input';
import { Problem } from '../errors';

/**
 * The clusters in a state machine's definition: the variable `clusters` that one of its states assigns.
 * @param definition JSON text, as DescribeStateMachine gives it
 * @throws {Problem} where there are none
 */
export function registryIn(definition: string, stateMachineArn: string): Cluster[] {
  const states = Object.values(asFields(asFields(JSON.parse(definition)).States));
  const clusters = states.map((state) => asFields(asFields(state).Assign).clusters).find(Array.isArray);
  if (clusters?.every(isCluster)) return clusters;
  throw new Problem(
    `${stateMachineArn} is no state machine of vip-failover: its definition has no list of clusters. Name another one with --state-machine, or its stack with --stack.`,
  );
}

function isCluster(value: unknown): value is Cluster {
  const { name, subnetId, virtualIps, nodes } = asFields(value);
  return (
    typeof name === 'string' &&
    typeof subnetId === 'string' &&
    isListOf(virtualIps, ({ address }) => typeof address === 'string') &&
    isListOf(nodes, (node) => typeof node.instanceId === 'string' && typeof node.networkInterfaceId === 'string')
  );
}

function isListOf(value: unknown, isItem: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isFields(item) && isItem(item));
}

/** ARN of the function that a definition's state invokes; null where it invokes none. */
export function functionOf(definition: string, state: string): string | null {
  const states = asFields(asFields(JSON.parse(definition)).States);
  const { FunctionName } = asFields(asFields(states[state]).Arguments);
  return typeof FunctionName === 'string' ? FunctionName : null;
}
