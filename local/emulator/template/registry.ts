import { isObject, type Json, list, object } from './json';
import type { Template } from './template';

/** A cluster as the registry in the state machine's definition has it; more fields do no harm. */
export interface RegistryCluster {
  readonly name: string;
  readonly subnetId: string;
  readonly virtualIps: readonly { readonly address: string; readonly elasticIpAllocationId?: string }[];
  readonly nodes: readonly { readonly instanceId: string; readonly networkInterfaceId: string }[];
}

/** The clusters that the template's state machines know: a variable `clusters` that a state assigns. */
export function clustersIn(template: Template): readonly RegistryCluster[] {
  const clusters = template.ofType('AWS::StepFunctions::StateMachine').flatMap(({ properties }) => {
    const { DefinitionString } = properties;
    const definition: unknown = typeof DefinitionString === 'string' ? JSON.parse(DefinitionString) : null;
    const states = isObject(definition) ? object(definition.States) : {};
    return Object.values(states).flatMap((state) => {
      const { clusters: assigned } = object(object(state).Assign);
      return Array.isArray(assigned) ? assigned.filter(isCluster) : [];
    });
  });
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  return [...byName.values()];
}

/** The instances that the template associates an application status check with. */
export function checkedInstances(template: Template): ReadonlySet<string> {
  const associations = template.ofType('AWS::EC2::ApplicationStatusCheckInstanceAssociation');
  return new Set(associations.map(({ properties }) => String(properties.InstanceId)));
}

function isCluster(value: Json): value is Json & RegistryCluster {
  const { name, subnetId, virtualIps, nodes } = object(value);
  return (
    typeof name === 'string' &&
    typeof subnetId === 'string' &&
    list(virtualIps).every((each) => typeof object(each).address === 'string') &&
    list(nodes).every((each) =>
      ['instanceId', 'networkInterfaceId'].every((id) => typeof object(each)[id] === 'string'),
    )
  );
}
