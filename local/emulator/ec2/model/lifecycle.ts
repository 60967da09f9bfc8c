import { ApiError } from '../../kernel/api';
import type { Instance, InstanceState } from './records';
import type { Vpc } from './vpc';

const NOT_CHECKED = { system: 'not-applicable', instance: 'not-applicable', ebs: 'not-applicable' } as const;
/** An instance without application status checks. */
export const NO_APPLICATION: Instance['application'] = {
  checked: false,
  status: 'not-applicable',
  impairedSince: null,
};
const INITIALIZING = { system: 'initializing', instance: 'initializing', ebs: 'initializing' } as const;

/** Until the instance runs again its checks do not apply. */
const notApplicable = ({ application }: Instance): Instance['application'] => ({
  ...NO_APPLICATION,
  checked: application.checked,
});

const ACCEPTED: Readonly<Record<'start' | 'stop' | 'terminate', readonly InstanceState[]>> = {
  start: ['stopped', 'pending', 'running'],
  stop: ['running', 'stopping', 'stopped'],
  terminate: ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
};
const PARTICIPLES = { start: 'started', stop: 'stopped', terminate: 'terminated' } as const;

/**
 * Start, stop and terminate with their transitional states. Asking for the state that is there, or on its way, succeeds
 * and changes nothing. @see EC2 User Guide, "Instance lifecycle"
 */
export class Lifecycle {
  /** The transition under way of each instance; another one takes its place. */
  private readonly timers = new Map<string, unknown>();

  constructor(private readonly vpc: Vpc) {}

  /** Changes nothing. @throws ApiError `IncorrectInstanceState`, `InvalidInstanceID.NotFound` */
  check(id: string, transition: 'start' | 'stop' | 'terminate'): Instance {
    const instance = this.vpc.instance(id);
    if (!ACCEPTED[transition].includes(instance.state))
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${id}' is not in a state from which it can be ${PARTICIPLES[transition]}.`,
      );
    return instance;
  }

  start(id: string): InstanceState {
    const instance = this.check(id, 'start');
    if (instance.state === 'running' || instance.state === 'pending') return instance.state;
    this.vpc.replaceInstance({
      ...instance,
      state: 'pending',
      launchTime: this.vpc.clock.now(),
      checks: NOT_CHECKED,
    });
    this.after(id, this.vpc.transitions.pending, () => this.run(id));
    return 'pending';
  }

  stop(id: string): InstanceState {
    const instance = this.check(id, 'stop');
    if (instance.state === 'stopped' || instance.state === 'stopping') return instance.state;
    this.vpc.replaceInstance({
      ...instance,
      state: 'stopping',
      checks: NOT_CHECKED,
      application: notApplicable(instance),
    });
    this.after(id, this.vpc.transitions.stopping, () => this.change(id, { state: 'stopped' }));
    return 'stopping';
  }

  terminate(id: string): InstanceState {
    const instance = this.check(id, 'terminate');
    if (instance.state === 'terminated' || instance.state === 'shutting-down') return instance.state;
    this.vpc.replaceInstance({
      ...instance,
      state: 'shutting-down',
      checks: NOT_CHECKED,
      application: notApplicable(instance),
    });
    this.after(id, this.vpc.transitions.shuttingDown, () => this.remove(id));
    return 'shutting-down';
  }

  /** An application that is checked answers when all else does, unless somebody has said otherwise meanwhile. */
  private run(id: string): void {
    const { application } = this.vpc.instance(id);
    const begins = application.checked ? 'initializing' : application.status;
    this.change(id, { state: 'running', checks: INITIALIZING, application: { ...application, status: begins } });
    this.after(id, this.vpc.transitions.initializing, () => {
      const { checks, application: later } = this.vpc.instance(id);
      const settle = (status: Instance['checks']['system']) => (status === 'initializing' ? 'ok' : status);
      this.change(id, {
        checks: { system: settle(checks.system), instance: settle(checks.instance), ebs: settle(checks.ebs) },
        application: later.status === 'initializing' ? { ...later, status: 'ok' } : later,
      });
    });
  }

  /** The interfaces go first, so that whoever hears of the termination finds them gone. */
  private remove(id: string): void {
    const attached = this.vpc.interfacesOf(id);
    const deleted = attached.filter((each) => each.attachment?.deleteOnTermination).map((each) => each.id);
    const kept = attached.filter((each) => !deleted.includes(each.id)).map((each) => ({ ...each, attachment: null }));
    this.vpc.replaceInterfaces(kept, deleted);
    for (const elasticIp of this.vpc.elasticIps()) {
      if (elasticIp.association !== null && deleted.includes(elasticIp.association.networkInterfaceId))
        this.vpc.replaceElasticIp({ ...elasticIp, association: null });
    }
    this.change(id, { state: 'terminated', terminatedAt: this.vpc.clock.now() });
  }

  private change(id: string, next: Partial<Instance>): void {
    this.vpc.replaceInstance({ ...this.vpc.instance(id), ...next });
  }

  private after(id: string, milliseconds: number, then: () => void): void {
    this.vpc.clock.clearTimeout(this.timers.get(id));
    this.timers.set(id, this.vpc.clock.setTimeout(then, milliseconds));
  }
}
