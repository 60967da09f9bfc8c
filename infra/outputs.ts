import { Aws, CfnOutput, Fn, type Stack, Token } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { consoleUrl } from './console';
import { packed } from './operator-permissions';
import { putClaims } from './permissions';
import { identifierOf } from './registry';
import type { VirtualIpFailover } from './virtual-ip-failover';

/** What an operator needs after a deployment: for each cluster the commands of a rehearsal and a drill, ready to paste. */
export function addOutputs(stack: Stack, failover: VirtualIpFailover): void {
  const { stateMachine, dashboard, functionLogGroups, topic } = failover;
  const console = consoleUrl(stack);
  new CfnOutput(stack, 'Topic', {
    value: topic.topicArn,
    description: 'Notices and alarms. Confirm the e-mail subscriptions once.',
  });
  if (failover.chatTopic) {
    new CfnOutput(stack, 'ChatTopic', {
      value: failover.chatTopic.topicArn,
      description: 'Notices for chats. Add it to a channel of Amazon Q Developer in chat applications.',
    });
  }
  new CfnOutput(stack, 'StateMachine', { value: stateMachine.stateMachineArn });
  new CfnOutput(stack, 'StateMachineConsole', {
    value: `${console}/states/home?region=${Aws.REGION}#/statemachines/view/${stateMachine.stateMachineArn}`,
    description: 'Executions and their histories, for operators and auditors.',
  });
  new CfnOutput(stack, 'OutcomeLog', {
    value: functionLogGroups.Notify.logGroupName,
    description: 'The record of every outcome: what `vip-failover history` reads.',
  });
  new CfnOutput(stack, 'DashboardConsole', {
    value: `${console}/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${dashboard.dashboardName}`,
  });
  addPolicies(stack, failover);
  for (const [position, cluster] of failover.clusters.entries()) {
    const name = identifierOf(cluster, position).replaceAll(/[-_]/g, '');
    // A description in a template is plain text, without references.
    const which = Token.isUnresolved(cluster.name) ? 'the cluster' : `cluster ${cluster.name}`;
    const standby = cluster.nodes[1]?.instanceId ?? '';
    const start = (request: object) =>
      `aws stepfunctions start-execution --region ${Aws.REGION} --state-machine-arn ${stateMachine.stateMachineArn} --input '${JSON.stringify({ cluster: cluster.name, ...request })}'`;
    new CfnOutput(stack, `Rehearsal${name}`, {
      value: start({ mode: 'rehearsal', requestedBy: 'YOUR NAME' }),
      description: `Walks every state for ${which} and changes nothing.`,
    });
    new CfnOutput(stack, `Drill${name}`, {
      value: start({ mode: 'drill', target: standby, requestedBy: 'YOUR NAME', reason: 'drill' }),
      description: `Moves the virtual IPs of ${which} to its second node. Another node: change target.`,
    });
  }
}

/**
 * The policies of `grantClaim`, `grantRead` and `grantOperate` for roles that no CDK app makes, each part fit for a managed policy of its
 * own.
 */
function addPolicies(stack: Stack, { readStatements, operateStatements }: VirtualIpFailover): void {
  const add = (name: string, description: string, statements: readonly PolicyStatement[]) => {
    for (const [index, document] of packed(statements).entries()) {
      new CfnOutput(stack, `${name}${index === 0 ? '' : index + 1}`, {
        value: Fn.sub(asText(stack.resolve(document.toJSON()))),
        description: `${description}${index === 0 ? '' : ` Part ${index + 1}: attach it as well.`}`,
      });
    }
  };
  add(
    'ReadPolicy',
    'IAM policy for those who look: the clusters, the alarms, the history. Changes nothing.',
    readStatements,
  );
  add(
    'ClaimPolicy',
    'IAM policy for a node that claims. Put its instance ID for INSTANCE_ID; one role for each node.',
    [putClaims('INSTANCE_ID')],
  );
  add('OperatePolicy', 'IAM policy for those who act: whatever the notices print, and pausing.', operateStatements);
}

/**
 * JSON as a text for Fn::Sub, which is a third as long as the same in pieces for Fn::Join: hundreds of ARNs come together.
 * @param value resolved, with no intrinsics but Ref, Fn::GetAtt and Fn::Join in it
 */
function asText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const [name = '', ...more] = Object.keys(each);
    return more.length === 0 && isIntrinsic(name) ? placeholder(each) : each;
  });
}

const isIntrinsic = (name: string) => name === 'Ref' || name.startsWith('Fn::');

function placeholder(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined } = Object(value);
  if (Ref !== undefined) return `\${${Ref}}`;
  if (attribute !== undefined) return `\${${[attribute].flat().join('.')}}`;
  if (joined !== undefined) return joined[1].map(placeholder).join(joined[0]);
  throw new Error(`The policies for people cannot be printed with ${JSON.stringify(value)} in them.`);
}
