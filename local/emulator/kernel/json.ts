import type { Decision, RequestContext } from '../iam/access';
import { isObject, type Json, type JsonObject } from '../template/json';
import { ApiError, type ApiRequest, type ApiResponse } from './api';
import type { Failure, Permission, Service } from './service';

/** One action of a service that speaks JSON. Parameters that are not listed are refused by name. */
export interface JsonAction {
  readonly parameters: readonly string[];
  /** The ARNs that IAM is asked about; left out: `*`. */
  readonly resources?: (parameters: JsonObject) => readonly string[];
  /** Condition keys of the request; left out: none. */
  readonly context?: (parameters: JsonObject) => RequestContext;
  readonly run: (parameters: JsonObject) => JsonResult;
}

export interface JsonResult {
  readonly body: JsonObject;
  /** One line for people. */
  readonly result: string;
}

export interface JsonServiceOptions {
  /** In the credential scope, and before the colon of the IAM actions. */
  readonly name: string;
  /** What comes before the action in `X-Amz-Target`, with its dot. */
  readonly target: string;
  /** How the service calls a parameter that it does not take. */
  readonly invalid: string;
  readonly actions: Readonly<Record<string, JsonAction>>;
}

/**
 * A service in AWS JSON 1.1.
 * @see Smithy, "AWS JSON 1.1 protocol"; the "Common Errors" of each API Reference
 */
export function jsonService({ name, target, invalid, actions }: JsonServiceOptions): Service {
  const find = (action: string): JsonAction => {
    const found = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (found !== undefined) return found;
    const known = Object.keys(actions).join(', ');
    throw new ApiError(
      'UnknownOperationException',
      `The local cloud does not know ${action || 'a request without X-Amz-Target'}; it knows ${known}.`,
    );
  };
  const given = (parameters: unknown): JsonObject => (isObject(parameters) ? parameters : {});

  return {
    name,
    faultCodes: FAULT_CODES,
    recognizes: (request) => targetOf(request).includes(target),

    parse(request) {
      const named = targetOf(request);
      const action = named.includes(target) ? named.slice(named.indexOf(target) + target.length) : named;
      find(action);
      return { action, parameters: parseBody(request) };
    },

    permissions({ action, parameters }) {
      const { resources, context } = find(action);
      const keys = context?.(given(parameters)) ?? {};
      return (resources?.(given(parameters)) ?? ['*']).map((resource) => ({
        action: `${name}:${action}`,
        resource,
        context: keys,
      }));
    },

    execute(call) {
      const action = find(call.action);
      const parameters = given(call.parameters);
      const unknown = Object.keys(parameters).find((each) => !action.parameters.includes(each));
      if (unknown !== undefined)
        throw new ApiError(invalid, `The local cloud does not know the parameter ${unknown} of ${call.action}.`);
      const { body, result } = action.run(parameters);
      return { response: answer(200, body, call.requestId), result };
    },

    fail: ({ code, message, status }: Failure, requestId) => answer(status, { __type: code, message }, requestId),

    deny: denied,
  };
}

/** Some clients put the service's package before its name. */
function targetOf({ headers }: ApiRequest): string {
  return headers['x-amz-target'] ?? '';
}

export const FAULT_CODES: Service['faultCodes'] = {
  throttle: ['ThrottlingException', 400],
  error500: ['InternalFailure', 500],
  error503: ['ServiceUnavailable', 503],
};

/** A denial as services that speak JSON word it. */
export function denied({ action, resource }: Permission, callerArn: string, decision: Decision): ApiError {
  const why = decision.allowed ? '' : ` ${decision.why}`;
  return new ApiError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource}${why}`,
  );
}

export function parseBody(request: ApiRequest): JsonObject {
  try {
    const body: unknown = JSON.parse(request.body || '{}');
    if (isObject(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ApiError('SerializationException', 'The body is not a JSON object.');
}

function answer(status: number, body: JsonObject, requestId: string): ApiResponse {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
  return { status, headers, body: JSON.stringify(body) };
}

/** Typed reading of parameters. @throws ApiError `SerializationException` where one has another type. */
export function text(parameters: JsonObject, name: string): string | undefined {
  return typed(parameters, name, 'text', (value): value is string => typeof value === 'string');
}

export function number(parameters: JsonObject, name: string): number | undefined {
  return typed(parameters, name, 'a number', (value): value is number => typeof value === 'number');
}

export function flag(parameters: JsonObject, name: string): boolean {
  return typed(parameters, name, 'true or false', (value): value is boolean => typeof value === 'boolean') ?? false;
}

export function texts(parameters: JsonObject, name: string): readonly string[] | undefined {
  const isTexts = (value: Json): value is readonly string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  return typed(parameters, name, 'a list of texts', isTexts);
}

function typed<Type extends Json>(
  parameters: JsonObject,
  name: string,
  what: string,
  is: (value: Json) => value is Type,
): Type | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  throw new ApiError('SerializationException', `${name} must be ${what}.`);
}
