import type { ApiRequest, ApiResponse, Caller } from '../api';

/** What a call needs in order to be allowed: an IAM action on one resource, `*` where the action has no resource types. */
export interface Permission {
  /** For example `ec2:AssignPrivateIpAddresses`. */
  readonly action: string;
  readonly resource: string;
}

/** A request that its service could read. */
export interface ParsedCall {
  readonly action: string;
  /** As plain JSON, for the timeline and for `execute`. */
  readonly parameters: unknown;
}

export interface ServiceCall extends ParsedCall {
  readonly request: ApiRequest;
  readonly requestId: string;
  readonly caller: Caller;
  /** `arn:aws:sts::…:assumed-role/ROLE/SESSION`, or the administrator's or the service's name. */
  readonly callerArn: string;
}

export interface Answer {
  readonly response: ApiResponse;
  /** One line that says what came back, for people. */
  readonly result: string;
}

/**
 * One AWS service. The pipeline (see aws.ts) parses, authenticates, throttles, authorizes, waits, injects faults, executes
 * and records; a service only knows its own protocol and actions. Every method may throw an ApiError.
 */
export interface Service {
  /** The service's name in the credential scope: `ec2`, `sns`, `states`, `monitoring`. */
  readonly name: string;
  parse(request: ApiRequest): ParsedCall;
  /** All of these must be allowed; an empty list needs none. */
  permissions(call: ServiceCall): readonly Permission[];
  execute(call: ServiceCall): Answer | Promise<Answer>;
  /** An error in the service's protocol. `action` is null where the request could not be read. */
  error(
    error: { readonly code: string; readonly message: string; readonly status: number },
    call: ErrorContext,
  ): ApiResponse;
  /** How this service names a denial. */
  readonly denialCode: 'UnauthorizedOperation' | 'AuthorizationError' | 'AccessDeniedException' | 'AccessDenied';
  /** How this service names what faults inject: too many requests, an internal error, unavailable; with HTTP status. */
  readonly faultCodes: Readonly<Record<'throttle' | 'error500' | 'error503', readonly [code: string, status: number]>>;
}

export interface ErrorContext {
  readonly requestId: string;
  readonly request: ApiRequest;
}
