import type { Cloud } from '../../local/emulator/cloud';
import type { ApiRequest, ApiResponse } from '../../local/emulator/kernel/api';
import type { FaultRule, FaultSubject } from '../../local/emulator/kernel/faults';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import type { Disturbance } from './history';

type Node = RegistryCluster['nodes'][number];

/** A time in which an address could not have been assigned to an interface (null: to any), ms since the epoch. */
interface Block {
  readonly from: number;
  until: number;
  readonly networkInterfaceId: string | null;
}

/** The ways in which a call is not carried out. */
const NOT_CARRIED_OUT: ReadonlySet<string> = new Set(['throttle', 'error500', 'error503', 'reset', 'slow', 'not-xml']);

const ASSIGN = 'AssignPrivateIpAddresses';

/** Makes the services go wrong, and knows when assigning an address could not have worked for that. */
export class ServiceFaults {
  private readonly blocks: Block[] = [];
  /** Assignments that are carried out and then refused. */
  private refusedLate = 0;

  constructor(
    private readonly cloud: Cloud,
    private readonly nodeOf: (place: { readonly cluster: number; readonly node: number }) => Node,
  ) {
    const dispatch = cloud.dispatch;
    Object.assign(cloud, {
      dispatch: async (request: ApiRequest) => {
        const answer = await dispatch(request);
        if (this.refusedLate === 0 || answer === 'reset' || answer.status !== 200) return answer;
        if (!request.body.includes(`Action=${ASSIGN}&`)) return answer;
        this.refusedLate -= 1;
        cloud.timeline.add({ type: 'fault', what: `carried out, then refused at ec2:${ASSIGN}` });
        return REFUSED;
      },
    });
  }

  /** Whether EC2 and Lambda would have let an address be assigned to the interface all the time. */
  couldAssign(networkInterfaceId: string, from: number, to: number): boolean {
    return !this.blocks.some(
      (block) =>
        block.from <= to &&
        block.until >= from &&
        (block.networkInterfaceId === null || block.networkInterfaceId === networkInterfaceId),
    );
  }

  clear(): void {
    const { cloud } = this;
    cloud.faults.clear();
    cloud.events.faults.clear();
    cloud.lambda.faults.clear();
    cloud.stateMachine.clearFaults();
    this.refusedLate = 0;
    for (const block of this.blocks) block.until = Math.min(block.until, cloud.now());
  }

  add(what: Disturbance): void {
    const { cloud } = this;
    const now = cloud.now();
    const until = 'milliseconds' in what ? now + (what.milliseconds ?? Number.POSITIVE_INFINITY) : now;
    const during = () => cloud.now() < until;
    switch (what.do) {
      case 'api-fault':
        this.strikeCalls(what);
        return;
      case 'lacks': {
        const { instanceId, networkInterfaceId } = this.nodeOf(what);
        const id = what.action === 'DescribeNetworkInterfaces' ? networkInterfaceId : instanceId;
        cloud.faults.add({ action: what.action, kind: 'lacks', id, times: what.times });
        return;
      }
      case 'refuse':
        this.refuse(what, during, until);
        return;
      case 'refuse-target': {
        const { networkInterfaceId } = this.nodeOf(what);
        const when = ({ parameters }: FaultSubject) => parameters.NetworkInterfaceId === networkInterfaceId;
        cloud.faults.add({ action: ASSIGN, kind: 'error', code: what.code, message: PUT_IN, when });
        this.blocks.push({ from: now, until: Number.POSITIVE_INFINITY, networkInterfaceId });
        return;
      }
      case 'refuse-late':
        this.refusedLate += what.times;
        return;
      case 'throttle':
        cloud.faults.add({ ...(what.action !== null && { action: what.action }), kind: 'throttle', when: during });
        if (what.action === null || what.action === ASSIGN)
          this.blocks.push({ from: now, until, networkInterfaceId: null });
        return;
      case 'disrupted-zone':
        cloud.faults.add({
          action: 'DescribeInstances',
          kind: 'error503',
          when: ({ parameters }) => during() && !('InstanceId' in parameters),
        });
        return;
      case 'sns-down':
        cloud.faults.add({ service: 'sns', kind: 'error503', when: during });
        return;
      case 'sns-slow':
        cloud.faults.add({ service: 'sns', kind: 'slow-answer', delay: what.answer, when: during });
        return;
      case 'event-fault':
        cloud.events.faults.add({
          kind: what.kind,
          milliseconds: what.milliseconds,
          when: ({ source, detail }) =>
            source === 'aws.cloudwatch' || !['pending', 'rebooting'].includes(String(detail.state)),
        });
        return;
      case 'lambda-fault': {
        const { kind, atCall, when } = what;
        cloud.lambda.faults.add({ function: what.function, kind, atCall, when });
        return;
      }
      case 'lambda-refuses': {
        const { error, milliseconds } = what;
        const kind = error === 'Lambda.TooManyRequestsException' ? 'throttle' : 'refuse';
        cloud.lambda.faults.add({ function: what.function, kind, error, milliseconds });
        if (what.function === 'assign-ip') this.blocks.push({ from: now, until, networkInterfaceId: null });
        return;
      }
      case 'kill':
        cloud.stateMachine.killAt({ state: what.state, when: what.when, nth: what.nth });
        return;
      case 'twice':
        cloud.stateMachine.doubleNext(what.milliseconds);
        return;
    }
  }

  /** The nth call of an action and the `times` that follow. Counted here, so that it is known when it is over. */
  private strikeCalls({ action, kind, nth, times }: Extract<Disturbance, { do: 'api-fault' }>): void {
    const { cloud } = this;
    const block: Block = { from: cloud.now(), until: Number.POSITIVE_INFINITY, networkInterfaceId: null };
    if (action === ASSIGN && NOT_CARRIED_OUT.has(kind)) this.blocks.push(block);
    let seen = 0;
    const when = () => {
      seen += 1;
      if (seen >= nth + times - 1) block.until = Math.min(block.until, cloud.now());
      return seen >= nth && seen < nth + times;
    };
    cloud.faults.add({ action, kind, when });
  }

  private refuse({ action, code }: Extract<Disturbance, { do: 'refuse' }>, during: () => boolean, until: number): void {
    const rule: FaultRule = {
      ...(action === null ? { service: 'ec2' } : { action }),
      kind: 'error',
      code,
      status: code === 'UnauthorizedOperation' ? 403 : code === 'AuthFailure' ? 401 : 400,
      message: PUT_IN,
      when: during,
    };
    this.cloud.faults.add(rule);
    if (action === null || action === ASSIGN)
      this.blocks.push({ from: this.cloud.now(), until, networkInterfaceId: null });
  }
}

const PUT_IN = 'Put in on purpose.';

const REFUSED: ApiResponse = {
  status: 400,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>IncorrectState</Code><Message>${PUT_IN}</Message></Error></Errors><RequestID>0</RequestID></Response>`,
};
