import type { Decision, RequestContext } from '../iam/access';
import type { ApiError, ApiRequest, ApiResponse, Caller } from './api';

/** What a call needs in order to be allowed: an IAM action on one resource, `*` where the action has no resource types. */
export interface Permission {
  /** For example `ec2:AssignPrivateIpAddresses`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys beside those that every call has, for example `kms:ViaService`. */
  readonly context?: RequestContext;
}

/** A request that its service could read. */
export interface ParsedCall {
  readonly action: string;
  /** As plain JSON, for the timeline and for `execute`. */
  readonly parameters: unknown;
  /** EC2 only: has a filter or pages, and so draws on the larger throttling bucket. */
  readonly narrow?: boolean;
}

/** What is missing from a list in an answer although it is there: everything, the first row, or the row with this ID. */
export type Omission = { readonly rows: 'all' | 'first' } | { readonly id: string };

/** A fault: some rows do not appear. A list by IDs does not notice either. */
export function withOmission<Row>(
  rows: readonly Row[],
  omission: Omission | null,
  idOf: (row: Row) => string,
): readonly Row[] {
  if (omission === null) return rows;
  if ('id' in omission) return rows.filter((row) => idOf(row) !== omission.id);
  return omission.rows === 'all' ? [] : rows.slice(1);
}

export interface ServiceCall extends ParsedCall {
  /** Null but for a fault. */
  readonly omission: Omission | null;
  readonly request: ApiRequest;
  readonly requestId: string;
  readonly caller: Caller;
  /** `arn:aws:sts::…:assumed-role/ROLE/SESSION`, the account's root for the administrator, or a service principal. */
  readonly callerArn: string;
}

/** A call that was understood, and what it was answered with. */
export interface AnsweredCall {
  /** The service's name. */
  readonly service: string;
  readonly call: ServiceCall;
  readonly body: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Answer {
  readonly response: ApiResponse;
  /** One line that says what came back, for people. */
  readonly result: string;
}

export type Failure = Pick<ApiError, 'code' | 'message' | 'status'>;

/**
 * One AWS service. `createDispatch` (dispatch.ts) authenticates, throttles, authorizes, waits, injects faults and records; a service
 * only knows its own protocol and actions. `parse`, `permissions` and `execute` may throw an ApiError.
 */
export interface Service {
  /** The service's name in the credential scope of a signature, such as `ec2` or `monitoring`. */
  readonly name: string;
  /** Says whether an unsigned request was meant for this service, from its target header, action or version. */
  recognizes(request: ApiRequest): boolean;
  parse(request: ApiRequest): ParsedCall;
  /** All of these must be allowed; an empty list needs none. */
  permissions(call: ServiceCall): readonly Permission[];
  execute(call: ServiceCall): Answer | Promise<Answer>;
  /** An error in the service's protocol. */
  fail(failure: Failure, requestId: string, request: ApiRequest): ApiResponse;
  /** A denial in the service's words; `why` begins with "because" or "with an explicit deny". */
  deny(permission: Permission, callerArn: string, decision: Decision, requestId: string): ApiError;
  /** How the service names what faults inject: too many requests, an internal error, unavailable. */
  readonly faultCodes: Readonly<Record<'throttle' | 'error500' | 'error503', readonly [code: string, status: number]>>;
}
