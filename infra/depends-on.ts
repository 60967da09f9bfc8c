import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Takes out the `DependsOn` that CDK adds for policies beside a role. Every role here has its policies inside, and the
 * reference to its ARN already orders the two.
 */
export function dropDependsOn(construct: Construct): void {
  const resource = construct.node.defaultChild;
  if (CfnResource.isCfnResource(resource)) resource.addDeletionOverride('DependsOn');
}
