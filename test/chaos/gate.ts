import type { Cloud } from '../../local/emulator/cloud';
import type { ApiRequest, ApiResponse, Dispatch } from '../../local/emulator/kernel/api';

/** An API call that an execution made and that waits to be let through. */
export interface PendingCall {
  /** Which execution, in the order in which they began. */
  readonly execution: number;
  readonly action: string;
  /** `1 AssignPrivateIpAddresses`; unique among those that wait. */
  readonly label: string;
  readonly changes: boolean;
  /** Lets it happen and answers it. */
  pass(): void;
  /** Answers it with RequestLimitExceeded. */
  throttle(): void;
  /** It never happens. */
  drop(): void;
}

/** Names that count on whatever was asked before, by anybody; the product does not read them. */
const COUNTED = /<(requestId|RequestID|MessageId)>[^<]*|"EventId":"[^"]*/g;

const CHANGES = new Set(['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'AssociateAddress']);

/** Holds every API call of an execution until somebody says which one comes next. */
export class Gate {
  readonly pending: PendingCall[] = [];
  /** What each execution was answered so far, in order, and where the timeline stood then. */
  readonly answers: { readonly index: number; readonly text: string }[][] = [];
  /** Calls that nothing else can change the answer of are not held. */
  open: (action: string, execution: number) => boolean = () => false;

  constructor(
    private readonly cloud: Cloud,
    private readonly began: number,
  ) {
    const dispatch = cloud.dispatch;
    Object.assign(cloud, { dispatch: (request: ApiRequest) => this.hold(request, dispatch) });
  }

  /** The number of an execution; the first to start is 1. */
  private numberOf(arn: string): number {
    const { executions } = this.cloud.stateMachine;
    while (this.answers.length < executions.length) this.answers.push([]);
    return executions.findIndex((execution) => execution.arn === arn) + 1;
  }

  private async hold(request: ApiRequest, dispatch: Dispatch): Promise<ApiResponse | 'reset'> {
    const arn = this.cloud.lambda.identify(request)?.execution ?? null;
    if (arn === null) return dispatch(request);
    const execution = this.numberOf(arn);
    const action = /Action=(\w+)/.exec(request.body)?.[1] ?? request.headers['x-amz-target']?.split('.')[1] ?? '';
    const how = this.open(action, execution) ? 'pass' : await this.wait(execution, action, request);
    if (how === 'drop') return new Promise(() => undefined);
    const answer = how === 'throttle' ? THROTTLED : await dispatch(request);
    const body = answer === 'reset' ? answer : answer.body.replace(COUNTED, '');
    const index = this.cloud.timeline.events.length;
    this.answers[execution - 1]?.push({ index, text: `${this.cloud.now() - this.began} ${action} ${digest(body)}` });
    return answer;
  }

  private wait(execution: number, action: string, { body }: ApiRequest): Promise<'pass' | 'throttle' | 'drop'> {
    return new Promise((resolve) => {
      const about = /NetworkInterfaceId=([\w-]+)/.exec(body)?.[1] ?? '';
      const label = `${execution} ${action} ${about}`.trimEnd();
      const done = (how: 'pass' | 'throttle' | 'drop') => {
        this.pending.splice(this.pending.indexOf(call), 1);
        resolve(how);
      };
      const call: PendingCall = {
        execution,
        action,
        label,
        changes: CHANGES.has(action),
        pass: () => done('pass'),
        throttle: () => done('throttle'),
        drop: () => done('drop'),
      };
      this.pending.push(call);
      this.pending.sort((a, b) => (a.label < b.label ? -1 : 1));
    });
  }
}

const THROTTLED: ApiResponse = {
  status: 503,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>0</RequestID></Response>',
};

/** FNV-1a, 32 bits: enough to tell the few answers apart that one call can get. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16);
}
