import type { CloudOptions } from '../emulator/cloud';
import { clustersIn } from '../emulator/template/registry';
import type { Template } from '../emulator/template/template';

/**
 * A role for each node that may claim for it and do nothing else, of the policy that the stack prints: as somebody would make
 * it who attaches instance profiles. Null where the stack prints none.
 */
export function nodeRoles(template: Template): Pick<CloudOptions, 'beside' | 'instanceRoles'> | null {
  const policy = template.outputs.find(({ key }) => key === 'ClaimPolicy')?.value;
  if (policy === undefined) return null;
  const roles = clustersIn(template)
    .flatMap(({ nodes }) => nodes)
    .map(({ instanceId }, index) => ({ instanceId, name: `NodeRole${index + 1}`, role: roleOf(instanceId, policy) }));
  return {
    beside: Object.fromEntries(roles.map(({ name, role }) => [name, role])),
    instanceRoles: Object.fromEntries(roles.map(({ instanceId, name }) => [instanceId, name])),
  };
}

function roleOf(instanceId: string, policy: string) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
      },
      Policies: [{ PolicyName: 'Claim', PolicyDocument: JSON.parse(policy.replaceAll('INSTANCE_ID', instanceId)) }],
    },
  };
}
