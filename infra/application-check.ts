import { CfnResource, Validations } from 'aws-cdk-lib';
import { CfnApplicationStatusCheck } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ClusterConfig } from './config-schema';

/**
 * EC2 asks the application on each node of a cluster. EC2 makes interfaces of its own for that in the nodes' subnet; the
 * nodes' security groups must let them in.
 *
 * The check's properties and values are those of the CloudFormation reference and of CreateApplicationStatusCheck. Of the
 * association AWS has published the type's name only, in the description of the check's own schema: neither the reference
 * nor the CDK's specification (0.1.216) has its properties. They are called here as in AssociateApplicationStatusCheck, with
 * one instance a resource as the name says, and have not been tried on AWS.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-applicationstatuscheck.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateApplicationStatusCheck.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateApplicationStatusCheck.html
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
      // EC2 knows it in small letters only.
      protocol: protocol.toLowerCase(),
      port,
      path,
      failureThreshold,
      aggregation: 'included',
    });
    for (const [index, { instanceId }] of nodes.entries()) {
      const association = new CfnResource(this, `Node${index + 1}`, {
        type: 'AWS::EC2::ApplicationStatusCheckInstanceAssociation',
        properties: { ApplicationStatusCheckId: check.attrApplicationStatusCheckId, InstanceId: instanceId },
      });
      Validations.of(association).acknowledge({
        id: 'CloudFormation-Validate::F3006',
        reason: 'AWS names this type in the schema of the check, and has not published its own schema yet.',
      });
    }
  }
}
