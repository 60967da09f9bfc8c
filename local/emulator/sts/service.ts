import { ApiError, type ApiResponse, type Caller } from '../kernel/api';
import { accessKeyOfRole } from '../kernel/caller';
import { Parameters, parseQuery } from '../kernel/query';
import type { Service } from '../kernel/service';
import { element, type XmlValue } from '../kernel/xml';

/** What the local STS knows, by action: its parameters. */
export const STS_ACTIONS: Readonly<Record<string, readonly string[]>> = { GetCallerIdentity: [] };

const NAMESPACE = ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

/**
 * AWS STS: says who is asking, which needs no permission.
 * @see STS API Reference, GetCallerIdentity
 */
export function sts(accountId: string): Service {
  return {
    name: 'sts',
    faultCodes: {
      throttle: ['Throttling', 400],
      error500: ['InternalFailure', 500],
      error503: ['ServiceUnavailable', 503],
    },
    recognizes: (request) => request.body.includes('Version=2011-06-15'),

    parse(request) {
      const { action, parameters } = parseQuery(request);
      if (!Object.hasOwn(STS_ACTIONS, action))
        throw new ApiError(
          'InvalidAction',
          `The action ${action} is not valid for this endpoint (the local cloud knows GetCallerIdentity).`,
        );
      return { action, parameters: parameters.values };
    },

    permissions: () => [],

    execute({ parameters, caller, callerArn, requestId }) {
      new Parameters(Object.fromEntries(Object.entries(Object(parameters)))).only([]);
      const body = {
        GetCallerIdentityResult: { Arn: callerArn, UserId: userId(caller, accountId), Account: accountId },
        ResponseMetadata: { RequestId: requestId },
      };
      return { response: xml(200, 'GetCallerIdentityResponse', body), result: callerArn };
    },

    fail({ code: Code, message: Message, status }, requestId) {
      const body = { Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message }, RequestId: requestId };
      return xml(status, 'ErrorResponse', body);
    },

    deny: (permission) => new ApiError('AccessDenied', `not authorized to perform: ${permission.action}`, 403),
  };
}

/** A role's ID and its session's name; the account where its root asks. @see IAM User Guide, "Unique identifiers" */
function userId(caller: Caller, accountId: string): string {
  if (caller.kind !== 'role') return accountId;
  return `AROA${accessKeyOfRole(caller.roleLogicalId).slice(4)}:${caller.functionName}`;
}

function xml(status: number, name: string, body: XmlValue): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: element(name, body, 'member', NAMESPACE) };
}
