import { Aws, CfnCondition, type CfnParameter, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { FUNCTIONS } from '../infra/functions';
import { addOutputs } from '../infra/outputs';
import { VirtualIpFailover } from '../infra/virtual-ip-failover';
import { declareParameters, NOBODY, type ReleaseParameters } from './parameters';

export interface ReleaseStackProps {
  readonly nodeCount: number;
  /** The zip file of a Lambda, by its folder, as a path from where the template will lie. */
  readonly assets: Readonly<Record<string, string>>;
}

/**
 * The same construct as in the CDK app, for one cluster whose values are parameters of the template. Its code lies in zip
 * files beside the template.
 */
export class ReleaseStack extends Stack {
  constructor(scope: Construct, id: string, { nodeCount, assets }: ReleaseStackProps) {
    super(scope, id, {
      description: `Moves virtual IPs between ${nodeCount} EC2 instances when one dies.`,
    });
    const parameters = declareParameters(this, nodeCount);
    const { clusterName, subnetId, virtualIps, nodes, email } = parameters;
    const secondTopicOr = this.secondTopic(parameters);
    const failover = new VirtualIpFailover(this, 'Failover', {
      clusters: [
        {
          name: clusterName.valueAsString,
          subnetId: subnetId.valueAsString,
          virtualIps: virtualIps.valueAsList,
          nodes: nodes.map(({ instanceId, networkInterfaceId }) => ({
            instanceId: instanceId.valueAsString,
            networkInterfaceId: networkInterfaceId.valueAsString,
          })),
        },
      ],
      emails: [email.valueAsString],
      secondAlarmTopic: Topic.fromTopicArn(this, 'SecondAlarmTopic', secondTopicOr(Aws.NO_VALUE)),
    });
    addOutputs(this, failover);
    // The one alarm that goes to one topic only. The construct takes a second topic whose ARN comes to nothing for one.
    const deliveriesFailed = failover.node.findChild('Alarms').node.findChild('DeliveriesFailed');
    resourceOf(deliveriesFailed).addPropertyOverride('AlarmActions', [secondTopicOr(failover.topic.topicArn)]);
    this.subscribe(parameters, resourceOf(failover.functions.Notify));
    // What the construct takes from a list of words, and no token.
    const { locale, timeZone } = parameters;
    for (const [name, { logicalId }] of Object.entries({ LOCALE: locale, TIME_ZONE: timeZone })) {
      resourceOf(failover.functions.Notify).addPropertyOverride(`Environment.Variables.${name}`, { Ref: logicalId });
    }
    for (const { state, folder } of FUNCTIONS) {
      resourceOf(failover.functions[state]).addPropertyOverride('Code', assets[folder]);
    }
  }

  /** The ARN of the second topic where there is one, else what is given. */
  private secondTopic({ secondAlarmTopicArn }: ReleaseParameters): (otherwise: string) => string {
    const given = this.unless('HasSecondAlarmTopic', secondAlarmTopicArn, '');
    return (otherwise) => Fn.conditionIf(given.logicalId, secondAlarmTopicArn.valueAsString, otherwise).toString();
  }

  private subscribe({ email }: ReleaseParameters, notify: CfnResource): void {
    const given = this.unless('HasEmail', email, NOBODY);
    notify.addPropertyOverride('Environment.Variables.EXPECTS_SUBSCRIBERS', {
      'Fn::If': [given.logicalId, 'true', { Ref: 'AWS::NoValue' }],
    });
    for (const construct of this.node.findAll()) {
      if (construct instanceof CfnSubscription) construct.cfnOptions.condition = given;
    }
  }

  private unless(id: string, { valueAsString }: CfnParameter, value: string): CfnCondition {
    return new CfnCondition(this, id, { expression: Fn.conditionNot(Fn.conditionEquals(valueAsString, value)) });
  }
}

function resourceOf({ node }: Construct): CfnResource {
  const resource = node.defaultChild;
  if (CfnResource.isCfnResource(resource)) return resource;
  throw new Error(`${node.path} has no resource of its own.`);
}
