import { Aws, CfnOutput, type Stack } from 'aws-cdk-lib';
import { dashboardUrl } from './dashboard';
import type { VirtualIpFailover } from './virtual-ip-failover';

/** What an operator needs after a deployment: for each cluster the commands of a rehearsal and a drill, ready to paste. */
export function addOutputs(stack: Stack, failover: VirtualIpFailover): void {
  const { stateMachine, dashboard, topic } = failover;
  const console = `https://${Aws.REGION}.console.aws.amazon.com`;
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
  new CfnOutput(stack, 'DashboardConsole', { value: dashboardUrl(dashboard) });
  for (const cluster of failover.clusters) {
    const name = cluster.name.replaceAll(/[-_]/g, '');
    const standby = cluster.nodes[1]?.instanceId ?? '';
    const start = (request: object) =>
      `aws stepfunctions start-execution --region ${Aws.REGION} --state-machine-arn ${stateMachine.stateMachineArn} --input '${JSON.stringify({ cluster: cluster.name, ...request })}'`;
    new CfnOutput(stack, `Rehearsal${name}`, {
      value: start({ mode: 'rehearsal', requestedBy: 'YOUR NAME' }),
      description: `Walks every state for cluster ${cluster.name} and changes nothing.`,
    });
    new CfnOutput(stack, `Drill${name}`, {
      value: start({ mode: 'drill', target: standby, requestedBy: 'YOUR NAME', reason: 'drill' }),
      description: `Moves the virtual IPs of cluster ${cluster.name} to its second node. Another node: change target.`,
    });
  }
}
