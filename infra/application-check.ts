import { CfnResource } from 'aws-cdk-lib';
import { CfnApplicationStatusCheck } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ClusterConfig } from './config-schema';

/**
 * EC2 asks the application on each node of a cluster. EC2 makes interfaces of its own for that in the nodes' subnet; the
 * nodes' security groups must let them in.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-applicationstatuscheck.html
 */
export class ApplicationCheck extends Construct {
  constructor(
    scope: Construct,
    id: string,
    nodes: ClusterConfig['nodes'],
    { protocol, port, path, failureThreshold }: NonNullable<ClusterConfig['applicationCheck']>,
  ) {
    super(scope, id);
    const check = new CfnApplicationStatusCheck(this, 'Check', {
      protocol,
      port,
      path,
      failureThreshold,
      aggregation: 'included',
    });
    for (const [index, { instanceId }] of nodes.entries()) {
      // The CDK has no class for it yet; its properties are called as in AssociateApplicationStatusCheck.
      new CfnResource(this, `Node${index + 1}`, {
        type: 'AWS::EC2::ApplicationStatusCheckInstanceAssociation',
        properties: { ApplicationStatusCheckId: check.ref, InstanceId: instanceId },
      });
    }
  }
}
