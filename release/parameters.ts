import { CfnParameter, type CfnParameterProps, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import {
  CLUSTER_NAME,
  CLUSTER_NAME_WORDS,
  EMAIL,
  IPV4,
  IPV4_WORDS,
  idOf,
  LOCALES,
  TOPIC_ARN,
  TOPIC_WORDS,
} from '../infra/config-schema';

/** In the place of an e-mail address: whoever deploys subscribes, and no check looks whether anybody does. */
export const NOBODY = 'none';

/** CloudFormation cannot tell a zone that exists from a misspelt one, so the template has a list; the CDK app takes any. */
const TIME_ZONES = [
  'UTC',
  'America/Chicago',
  'America/Los_Angeles',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Seoul',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Paris',
] as const;

/** The parameters of one released template, in the order in which the console asks for them. */
export interface ReleaseParameters {
  readonly clusterName: CfnParameter;
  readonly subnetId: CfnParameter;
  readonly virtualIps: CfnParameter;
  readonly nodes: readonly { readonly instanceId: CfnParameter; readonly networkInterfaceId: CfnParameter }[];
  readonly email: CfnParameter;
  readonly locale: CfnParameter;
  readonly timeZone: CfnParameter;
  readonly secondAlarmTopicArn: CfnParameter;
}

/**
 * Declares the parameters, the rule that ties them and what the console shows of them.
 *
 * IDs are plain text, checked by their form, and not `AWS::EC2::Instance::Id`: CloudFormation looks such an ID up on each
 * update, so that a stack could not be updated while one of its nodes is gone.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
 */
export function declareParameters(stack: Stack, nodeCount: number): ReleaseParameters {
  const declare = (name: string, props: CfnParameterProps) => new CfnParameter(stack, name, props);
  const declareId = (name: string, prefix: string, description: string) => {
    const { pattern, words } = idOf(prefix);
    return declare(name, { description, allowedPattern: pattern.source, constraintDescription: words });
  };
  const parameters: ReleaseParameters = {
    clusterName: declare('ClusterName', {
      description: 'The name of the cluster in notices, metrics and commands. Unique in the account and Region.',
      allowedPattern: CLUSTER_NAME.source,
      constraintDescription: CLUSTER_NAME_WORDS,
    }),
    subnetId: declareId('SubnetId', 'subnet', 'The subnet of the virtual IPs and of all nodes.'),
    virtualIps: declare('VirtualIps', {
      type: 'CommaDelimitedList',
      description:
        'The addresses that move, all together: secondary private IPv4 addresses of the subnet, with commas between.',
      allowedPattern: IPV4.source,
      constraintDescription: `${IPV4_WORDS}; several with commas between`,
    }),
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      instanceId: declareId(
        `Node${index + 1}InstanceId`,
        'i',
        index === 0 ? 'The instance that is to hold the addresses if there is a choice.' : 'The next choice.',
      ),
      networkInterfaceId: declareId(
        `Node${index + 1}NetworkInterfaceId`,
        'eni',
        'The network interface of that instance that may hold the virtual IPs.',
      ),
    })),
    email: declare('Email', {
      description: `Who gets notices and alarms; has to confirm the subscription once. "${NOBODY}": subscribe to the topic yourself.`,
      allowedPattern: `^${NOBODY}$|${EMAIL.source}`,
      constraintDescription: `an e-mail address, or "${NOBODY}"`,
    }),
    locale: declare('Locale', {
      description: 'The language of the notices.',
      default: 'en',
      allowedValues: [...LOCALES],
    }),
    timeZone: declare('TimeZone', {
      description: 'Whose local time notices show beside UTC.',
      default: 'UTC',
      allowedValues: [...TIME_ZONES],
    }),
    secondAlarmTopicArn: declare('SecondAlarmTopicArn', {
      description:
        'A second SNS topic of the same Region for alarms, because a broken topic cannot report itself. Empty: one topic.',
      default: '',
      allowedPattern: `^$|${TOPIC_ARN.source}`,
      constraintDescription: `${TOPIC_WORDS}, or nothing`,
    }),
  };
  requireDifferentNodes(stack, parameters);
  describe(stack, parameters);
  return parameters;
}

function requireDifferentNodes(stack: Stack, { nodes }: ReleaseParameters): void {
  const pairs = nodes.flatMap((one, index) => nodes.slice(index + 1).map((other) => [one, other] as const));
  new CfnRule(stack, 'NodesDiffer', {
    assertions: (['instanceId', 'networkInterfaceId'] as const).flatMap((field) =>
      pairs.map(([one, other]) => ({
        assert: Fn.conditionNot(Fn.conditionEquals(one[field].valueAsString, other[field].valueAsString)),
        assertDescription: `${one[field].logicalId} and ${other[field].logicalId} must differ: each node is an instance and an interface of its own.`,
      })),
    ),
  });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-cloudformation-interface.html */
function describe(stack: Stack, parameters: ReleaseParameters): void {
  const group = (label: string, members: readonly CfnParameter[]) => ({
    Label: { default: label },
    Parameters: members.map(({ logicalId }) => logicalId),
  });
  stack.templateOptions.metadata = {
    // "This code may only work with 'package' cli command": it does, and that is what deploy.sh and the Terraform module do.
    'cfn-lint': { config: { ignore_checks: ['W3002'] } },
    'AWS::CloudFormation::Interface': {
      ParameterGroups: [
        group('Cluster', [parameters.clusterName, parameters.subnetId, parameters.virtualIps]),
        ...parameters.nodes.map(({ instanceId, networkInterfaceId }, index) =>
          group(`Node ${index + 1}`, [instanceId, networkInterfaceId]),
        ),
        group('Notices', [parameters.email, parameters.locale, parameters.timeZone, parameters.secondAlarmTopicArn]),
      ],
    },
  };
}
