import { createHash } from 'node:crypto';
import type { Json } from './json';

/** So many hexadecimal digits, the same ones for the same seed. */
export const digest = (seed: string, length: number) =>
  createHash('sha256').update(seed).digest('hex').slice(0, length);

export function uuidOf(seed: string): string {
  return digest(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What Ref and Fn::GetAtt of one resource give. */
export interface Identity {
  readonly ref: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What an identity is made of. */
interface Naming {
  hash(length: number): string;
  named(property: string): string;
  property(name: string): Json;
  arn(service: string, rest: string, regional?: boolean): string;
  readonly region: string;
  readonly accountId: string;
}

const byName =
  (service: string, prefix: string, property: string, regional = true) =>
  (naming: Naming): Identity => {
    const name = naming.named(property);
    return { ref: name, name, attributes: { Arn: naming.arn(service, `${prefix}${name}`, regional) } };
  };

const byArn =
  (service: string, prefix: string, property: string) =>
  (naming: Naming): Identity => {
    const name = naming.named(property);
    const arn = naming.arn(service, `${prefix}${name}`);
    return { ref: arn, name, attributes: { Arn: arn, Name: name } };
  };

const byId =
  (prefix: string, attribute: string, resourceType: string) =>
  (naming: Naming): Identity => {
    const id = `${prefix}-0${naming.hash(16)}`;
    return { ref: id, name: id, attributes: { [attribute]: id, Arn: naming.arn('ec2', `${resourceType}/${id}`) } };
  };

const unnamed = (naming: Naming): Identity => {
  const id = naming.hash(12);
  return { ref: id, name: id, attributes: {} };
};

/** By type; from the CloudFormation reference, "Return values" of each. */
export const IDENTITIES: Readonly<Record<string, (naming: Naming) => Identity>> = {
  'AWS::Lambda::Function': byName('lambda', 'function:', 'FunctionName'),
  'AWS::Lambda::Permission': unnamed,
  'AWS::Lambda::EventInvokeConfig': unnamed,
  'AWS::IAM::Role': byName('iam', 'role/', 'RoleName', false),
  'AWS::IAM::InstanceProfile': byName('iam', 'instance-profile/', 'InstanceProfileName', false),
  'AWS::IAM::Policy': byName('iam', 'policy/', 'PolicyName', false),
  'AWS::IAM::ManagedPolicy': (naming) => {
    const name = naming.named('ManagedPolicyName');
    const arn = naming.arn('iam', `policy/${name}`, false);
    return { ref: arn, name, attributes: { Arn: arn } };
  },
  'AWS::SNS::Topic': (naming) => {
    const name = naming.named('TopicName');
    const arn = naming.arn('sns', name);
    return { ref: arn, name, attributes: { Arn: arn, TopicArn: arn, TopicName: name } };
  },
  'AWS::SNS::TopicPolicy': unnamed,
  'AWS::SNS::Subscription': unnamed,
  'AWS::SQS::Queue': (naming) => {
    const name = naming.named('QueueName');
    const url = `https://sqs.${naming.region}.amazonaws.com/${naming.accountId}/${name}`;
    return { ref: url, name, attributes: { Arn: naming.arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::SQS::QueuePolicy': unnamed,
  'AWS::KMS::Key': (naming) => {
    const id = uuidOf(naming.hash(32));
    return { ref: id, name: id, attributes: { Arn: naming.arn('kms', `key/${id}`), KeyId: id } };
  },
  'AWS::KMS::Alias': byName('kms', '', 'AliasName'),
  'AWS::StepFunctions::StateMachine': byArn('states', 'stateMachine:', 'StateMachineName'),
  'AWS::Events::Rule': byName('events', 'rule/', 'Name'),
  'AWS::Scheduler::Schedule': (naming) => {
    const group = naming.property('GroupName');
    const prefix = `schedule/${typeof group === 'string' ? group : 'default'}/`;
    return byName('scheduler', prefix, 'Name')(naming);
  },
  'AWS::Scheduler::ScheduleGroup': byName('scheduler', 'schedule-group/', 'Name'),
  'AWS::Logs::LogGroup': (naming) => {
    const name = naming.named('LogGroupName');
    return { ref: name, name, attributes: { Arn: naming.arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::ResourcePolicy': unnamed,
  'AWS::Logs::QueryDefinition': unnamed,
  'AWS::CloudWatch::Alarm': byName('cloudwatch', 'alarm:', 'AlarmName'),
  'AWS::CloudWatch::CompositeAlarm': byName('cloudwatch', 'alarm:', 'AlarmName'),
  'AWS::CloudWatch::Dashboard': byName('cloudwatch', 'dashboard/', 'DashboardName'),
  'AWS::EC2::ApplicationStatusCheck': (naming) => {
    const { name, attributes } = byId('asc', 'ApplicationStatusCheckId', 'application-status-check')(naming);
    // Its primary identifier is the ARN. @see AWS CDK, ApplicationStatusCheckReference
    return { ref: String(attributes.Arn), name, attributes };
  },
  'AWS::EC2::ApplicationStatusCheckInstanceAssociation': unnamed,
  'AWS::EC2::Instance': byId('i', 'InstanceId', 'instance'),
  'AWS::EC2::NetworkInterface': byId('eni', 'Id', 'network-interface'),
  'AWS::EC2::NetworkInterfaceAttachment': byId('eni-attach', 'AttachmentId', 'attachment'),
  'AWS::EC2::Subnet': byId('subnet', 'SubnetId', 'subnet'),
  'AWS::EC2::VPC': byId('vpc', 'VpcId', 'vpc'),
  'AWS::EC2::SecurityGroup': byId('sg', 'GroupId', 'security-group'),
  'AWS::EC2::RouteTable': byId('rtb', 'RouteTableId', 'route-table'),
  'AWS::EC2::InternetGateway': byId('igw', 'InternetGatewayId', 'internet-gateway'),
  'AWS::EC2::Route': unnamed,
  'AWS::EC2::SubnetRouteTableAssociation': unnamed,
  'AWS::EC2::VPCGatewayAttachment': unnamed,
  'AWS::EC2::EIPAssociation': unnamed,
  'AWS::EC2::SubnetCidrReservation': byId('scr', 'SubnetCidrReservationId', 'subnet-cidr-reservation'),
  'AWS::EC2::EIP': (naming) => {
    const id = `eipalloc-0${naming.hash(16)}`;
    const last = Number.parseInt(naming.hash(4), 16) % 250;
    const address = `203.0.113.${last + 1}`;
    return {
      ref: address,
      name: id,
      attributes: { AllocationId: id, PublicIp: address, Arn: naming.arn('ec2', `elastic-ip/${id}`) },
    };
  },
  'AWS::CDK::Metadata': unnamed,
};

/** Every type that `Ref` and `Fn::GetAtt` may name. */
export const IDENTIFIED_TYPES: readonly string[] = Object.keys(IDENTITIES);
