import { ApiError } from '../../kernel/api';
import { type Omission, withOmission } from '../../kernel/service';
import type { XmlValue } from '../../kernel/xml';
import { INSTANCE_TYPES, limitsOf } from '../model/instance-types';
import type { Attachment, CheckStatus, Instance, InstanceState, NetworkInterface } from '../model/records';
import type { World } from '../model/world';
import { type Ec2Action, listed, PAGES, summary } from './action';
import type { Fields } from './filters';
import { checkId, chosen } from './ids';
import { MANAGED, shapeOperator, visible } from './managed';
import { shapeTags } from './tags';

/** @see EC2 API Reference, InstanceState */
const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function shapeState(name: InstanceState): { readonly [name: string]: XmlValue } {
  return { code: STATE_CODES[name], name };
}

const INSTANCE_FIELDS: Fields<Instance & { readonly privateIpAddress: string | undefined }> = {
  'instance-id': (instance) => [instance.id],
  'instance-state-name': (instance) => [instance.state],
  'instance-type': (instance) => [instance.type],
  'subnet-id': (instance) => [instance.subnetId],
  'private-ip-address': (instance) => [instance.privateIpAddress],
};

export const describeInstances: Ec2Action = {
  parameters: ['InstanceId', MANAGED, ...PAGES],
  filters: Object.keys(INSTANCE_FIELDS),
  run(parameters, context) {
    const { world, view, omission } = context;
    const ids = parameters.texts('InstanceId').map((id) => checkId('i-', id));
    const attached = withOmission(view.networkInterfaces(), byId(omission), (each) => each.id);
    const interfaces = grouped(attached);
    const instances = chosen(ids, view.instance, view.instances, 'InvalidInstanceID.NotFound', 'instance');
    const rows = visible(instances, ids, parameters).map((instance) => ({
      ...instance,
      privateIpAddress: primaryOf(interfaces.get(instance.id))?.primaryAddress,
    }));
    const page = listed(rows, parameters, context, { fields: INSTANCE_FIELDS, idOf, ids: 'InstanceId' });
    const reservationSet = page.rows.map((instance) => ({
      reservationId: `r-${instance.id.slice(2)}`,
      ownerId: world.accountId,
      groupSet: [],
      instancesSet: [shapeInstance(world, instance, interfaces.get(instance.id) ?? [])],
    }));
    return {
      body: { reservationSet, nextToken: page.nextToken },
      result: summary(page.rows.map((instance) => `${instance.id} ${instance.state}`)),
    };
  },
};

const idOf = ({ id }: { readonly id: string }) => id;

/** A single interface can be left out of its instance; "all" and "first" mean instances. */
function byId(omission: Omission | null): Omission | null {
  return omission !== null && 'id' in omission ? omission : null;
}

function grouped(interfaces: readonly NetworkInterface[]): ReadonlyMap<string, readonly NetworkInterface[]> {
  const groups = new Map<string, NetworkInterface[]>();
  for (const each of interfaces) {
    if (each.attachment === null) continue;
    const group = groups.get(each.attachment.instanceId) ?? [];
    group.push(each);
    groups.set(each.attachment.instanceId, group);
  }
  return groups;
}

function primaryOf(interfaces: readonly NetworkInterface[] = []): NetworkInterface | undefined {
  return interfaces.find((each) => each.attachment?.deviceIndex === 0);
}

function shapeInstance(world: World, instance: Instance, interfaces: readonly NetworkInterface[]): XmlValue {
  const vpcId = world.subnets.get(instance.subnetId)?.vpcId;
  return {
    instanceId: instance.id,
    imageId: 'ami-00000000000000000',
    instanceState: shapeState(instance.state),
    privateIpAddress: primaryOf(interfaces)?.primaryAddress,
    reason: '',
    amiLaunchIndex: 0,
    productCodes: [],
    instanceType: instance.type,
    launchTime: time(instance.launchTime),
    placement: { availabilityZone: `${world.region}a`, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: primaryOf(interfaces) && instance.subnetId,
    vpcId: primaryOf(interfaces) && vpcId,
    architecture: 'x86_64',
    rootDeviceType: 'ebs',
    blockDeviceMapping: [],
    virtualizationType: 'hvm',
    tagSet: shapeTags(instance.tags),
    hypervisor: 'xen',
    operator: shapeOperator(instance),
    networkInterfaceSet: interfaces.map((each) => ({
      networkInterfaceId: each.id,
      subnetId: each.subnetId,
      vpcId,
      ownerId: world.accountId,
      status: 'in-use',
      macAddress: each.macAddress,
      privateIpAddress: each.primaryAddress,
      ...shapeSettings(each),
      attachment: each.attachment && shapeAttachment(each.attachment),
      privateIpAddressesSet: [each.primaryAddress, ...each.secondaryAddresses].map((privateIpAddress, index) => ({
        privateIpAddress,
        primary: index === 0,
      })),
      interfaceType: 'interface',
    })),
  };
}

/** What `DescribeInstances` and `DescribeNetworkInterfaces` say alike of an interface. */
export function shapeSettings(each: NetworkInterface): { readonly [name: string]: XmlValue } {
  return {
    sourceDestCheck: each.sourceDestCheck,
    groupSet: each.groups.map((groupId) => ({ groupId, groupName: groupId })),
    ipv4PrefixSet: each.prefixes.map((ipv4Prefix) => ({ ipv4Prefix })),
    operator: shapeOperator(each),
  };
}

export function shapeAttachment({ id, deviceIndex, attachTime, deleteOnTermination }: Attachment) {
  return {
    attachmentId: id,
    deviceIndex,
    status: 'attached',
    attachTime: time(attachTime),
    deleteOnTermination,
    networkCardIndex: 0,
  };
}

const STATUS_FIELDS: Fields<Instance> = {
  'instance-state-name': (instance) => [instance.state],
  'system-status.status': (instance) => [instance.checks.system],
  'instance-status.status': (instance) => [instance.checks.instance],
  'attached-ebs-status.status': (instance) => [instance.checks.ebs],
};

function shapeApplication({ application: { status, impairedSince } }: Instance): XmlValue {
  return { status, ...(impairedSince !== null && { impairedSince: time(impairedSince) }) };
}

/** Shows running instances only, unless `IncludeAllInstances`. There is no filter on instance IDs. */
export const describeInstanceStatus: Ec2Action = {
  parameters: ['InstanceId', 'IncludeAllInstances', MANAGED, ...PAGES],
  filters: Object.keys(STATUS_FIELDS),
  run(parameters, context) {
    const { world, view } = context;
    const ids = parameters.texts('InstanceId').map((id) => checkId('i-', id));
    const all = parameters.flag('IncludeAllInstances');
    const rows = chosen(ids, view.instance, view.instances, 'InvalidInstanceID.NotFound', 'instance');
    const shown = visible(rows, ids, parameters).filter((instance) => all || instance.state === 'running');
    const page = listed(shown, parameters, context, { fields: STATUS_FIELDS, idOf, ids: 'InstanceId' });
    const instanceStatusSet = page.rows.map((instance) => ({
      instanceId: instance.id,
      availabilityZone: `${world.region}a`,
      instanceState: shapeState(instance.state),
      systemStatus: shapeCheck(instance.checks.system),
      instanceStatus: shapeCheck(instance.checks.instance),
      attachedEbsStatus: shapeCheck(instance.checks.ebs),
      applicationStatus: shapeApplication(instance),
    }));
    const words = ({ checks }: Instance) => [...new Set(Object.values(checks))].join('/');
    return {
      body: { instanceStatusSet, nextToken: page.nextToken },
      result: summary(page.rows.map((instance) => `${instance.id} ${words(instance)}`)),
    };
  },
};

function shapeCheck(status: CheckStatus): XmlValue {
  const detail = { ok: 'passed', impaired: 'failed', initializing: 'initializing', 'not-applicable': null }[status];
  return { status, details: detail === null ? undefined : [{ name: 'reachability', status: detail }] };
}

const TYPE_FIELDS: Fields<{ readonly type: string; readonly tags: Readonly<Record<string, string>> }> = {
  'instance-type': (row) => [row.type],
};

export const describeInstanceTypes: Ec2Action = {
  parameters: ['InstanceType', ...PAGES],
  filters: Object.keys(TYPE_FIELDS),
  run(parameters, context) {
    const wanted = parameters.texts('InstanceType');
    const unknown = wanted.filter((type) => limitsOf(type) === undefined);
    if (unknown.length > 0)
      throw new ApiError(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    const rows = (wanted.length > 0 ? wanted : INSTANCE_TYPES).map((type) => ({ type, tags: {} }));
    const page = listed(rows, parameters, context, {
      fields: TYPE_FIELDS,
      idOf: ({ type }) => type,
      ids: 'InstanceType',
    });
    const instanceTypeSet = page.rows.map(({ type }) => ({
      instanceType: type,
      currentGeneration: true,
      networkInfo: {
        maximumNetworkInterfaces: limitsOf(type)?.interfaces,
        ipv4AddressesPerInterface: limitsOf(type)?.addressesPerInterface,
      },
    }));
    return {
      body: { instanceTypeSet, nextToken: page.nextToken },
      result: summary(
        page.rows.map(({ type }) => `${type}: ${limitsOf(type)?.addressesPerInterface} addresses an interface`),
      ),
    };
  },
};

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
