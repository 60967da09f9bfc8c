import { ApiError } from '../../kernel/api';
import { Addresses } from './addresses';
import { Lifecycle } from './lifecycle';
import type { ApplicationStatus, CheckName, Instance, InstanceState, NetworkInterface, Tags } from './records';
import { Vpc } from './vpc';

export type { StateChange, Transitions, WorldOptions, WorldView } from './vpc';
export { DEFAULT_TRANSITIONS } from './vpc';

/** The VPC with EC2's rules for changing it. */
export class World extends Vpc {
  /** Assign, unassign, associate, disassociate. */
  readonly addresses = new Addresses(this);
  private readonly lifecycle = new Lifecycle(this);

  /** Whether the transition would be accepted; changes nothing. @throws ApiError as the transition itself. */
  checkTransition(id: string, transition: 'start' | 'stop' | 'terminate'): void {
    this.lifecycle.check(id, transition);
  }

  /** @returns the current state. @throws ApiError `IncorrectInstanceState`, `InvalidInstanceID.NotFound` */
  startInstance(id: string): InstanceState {
    return this.lifecycle.start(id);
  }

  /** @returns the current state. @throws ApiError `IncorrectInstanceState`, `InvalidInstanceID.NotFound` */
  stopInstance(id: string): InstanceState {
    return this.lifecycle.stop(id);
  }

  /** @returns the current state. @throws ApiError `InvalidInstanceID.NotFound` */
  terminateInstance(id: string): InstanceState {
    return this.lifecycle.terminate(id);
  }

  /** A status check fails although the instance goes on `running`: what a broken host looks like. */
  impair(instanceId: string, check: CheckName): void {
    const instance = this.instance(instanceId);
    if (instance.state !== 'running')
      throw new Error(`${instanceId} is ${instance.state}: only a running instance can be impaired.`);
    this.instanceTable.set(instanceId, { ...instance, checks: { ...instance.checks, [check]: 'impaired' } });
  }

  /**
   * What EC2's application status checks say of a running instance: the application on it answers (`ok`), or does not
   * (`impaired`), or that is not known. Where nobody has said so yet, the instance has no such check.
   */
  setApplicationStatus(instanceId: string, status: Exclude<ApplicationStatus['status'], 'not-applicable'>): void {
    const instance = this.instance(instanceId);
    if (instance.state !== 'running')
      throw new Error(`${instanceId} is ${instance.state}: only a running instance has an application to check.`);
    const since = instance.application.impairedSince ?? this.clock.now();
    const application = { checked: true, status, impairedSince: status === 'impaired' ? since : null };
    this.instanceTable.set(instanceId, { ...instance, application });
  }

  /** All of EC2's own status checks of a running instance are well again. */
  recover(instanceId: string): void {
    const instance = this.instance(instanceId);
    if (instance.state !== 'running')
      throw new Error(`${instanceId} is ${instance.state}: only a running instance can recover.`);
    this.instanceTable.set(instanceId, { ...instance, checks: { system: 'ok', instance: 'ok', ebs: 'ok' } });
  }

  /** Detaches; the addresses stay. @throws ApiError `OperationNotPermitted` for device index 0, as EC2 does. */
  detachNetworkInterface(id: string): void {
    const found = this.networkInterface(id);
    if (found.attachment?.deviceIndex === 0)
      throw new ApiError(
        'OperationNotPermitted',
        'The network interface at device index 0 cannot be detached. (Build the node with `deviceIndex: 1` to play this.)',
      );
    this.replaceInterfaces([{ ...found, attachment: null }]);
  }

  /** @throws ApiError `InvalidNetworkInterface.InUse` */
  attachNetworkInterface(id: string, instanceId: string, deviceIndex: number, deleteOnTermination = false): void {
    const found = this.networkInterface(id);
    this.instance(instanceId);
    if (found.attachment !== null) throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${id}] in use.`);
    const attachment = {
      id: this.newId('eni-attach'),
      instanceId,
      deviceIndex,
      deleteOnTermination,
      attachTime: this.clock.now(),
    };
    this.replaceInterfaces([{ ...found, attachment }]);
  }

  /** What an owner can change of an interface beside its addresses, or another service by managing it. */
  changeInterface(
    id: string,
    changes: Partial<Pick<NetworkInterface, 'groups' | 'sourceDestCheck' | 'prefixes' | 'managedBy'>>,
  ): void {
    this.interfaceTable.set(id, { ...this.networkInterface(id), ...changes });
  }

  changeInstance(id: string, changes: Partial<Pick<Instance, 'type' | 'managedBy'>>): void {
    this.instanceTable.set(id, { ...this.instance(id), ...changes });
  }

  /** Sets (string) and removes (null) tags of an instance, an interface, a subnet or an Elastic IP. */
  setTags(resourceId: string, changes: Readonly<Record<string, string | null>>): void {
    const apply = (tags: Tags): Tags =>
      Object.fromEntries(
        Object.entries({ ...tags, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null),
      );
    if (resourceId.startsWith('i-')) {
      const instance = this.instance(resourceId);
      this.instanceTable.set(resourceId, { ...instance, tags: apply(instance.tags) });
    } else if (resourceId.startsWith('eni-')) {
      const found = this.networkInterface(resourceId);
      this.interfaceTable.set(resourceId, { ...found, tags: apply(found.tags) });
    } else if (resourceId.startsWith('eipalloc-')) {
      const found = this.elasticIp(resourceId);
      this.elasticIpTable.set(resourceId, { ...found, tags: apply(found.tags) });
    } else {
      const subnet = this.subnet(resourceId);
      this.subnets.set(resourceId, { ...subnet, tags: apply(subnet.tags) });
    }
  }
}
