import { createHash } from 'node:crypto';
import type { ResolvedTemplate } from '../iam/template';
import { ApiError, type ApiRequest, type Caller } from './api';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The access key ID that a function acting in this role signs with. Secrets are not checked: any will do. */
export function accessKeyOfRole(roleLogicalId: string): string {
  const digest = createHash('sha256').update(roleLogicalId).digest();
  return `ASIA${[...digest.subarray(0, 16)].map((byte) => LETTERS[byte % 32]).join('')}`;
}

export interface Credential {
  readonly accessKey: string;
  /** The service that the signature is for: the `name` of a `Service`. */
  readonly service: string;
}

/**
 * Who signed, from the Authorization header; the signature itself is not verified.
 * @throws ApiError `MissingAuthenticationToken` (unsigned), `IncompleteSignature` (not Signature Version 4)
 */
export function credentialOf(request: ApiRequest): Credential {
  const header = request.headers.authorization;
  if (header === undefined)
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  const scope = /^AWS4-HMAC-SHA256 .*Credential=([\w-]+)\/\d{8}\/[\w-]+\/([\w-]+)\/aws4_request\b/.exec(header);
  const complete = /SignedHeaders=[\w;-]+/.test(header) && /Signature=[0-9a-f]+/.test(header);
  if (scope === null || !complete)
    throw new ApiError(
      'IncompleteSignature',
      'Authorization header requires AWS Signature Version 4 with Credential, SignedHeaders and Signature.',
      400,
    );
  return { accessKey: scope[1] ?? '', service: scope[2] ?? '' };
}

/** Finds the role that owns an access key; every other key is an administrator's. */
export function callersByKey(template: ResolvedTemplate): (accessKey: string) => Caller {
  const functions = template.resources.filter((resource) => resource.type === 'AWS::Lambda::Function');
  const callers = new Map<string, Caller>();
  for (const role of template.resources.filter((resource) => resource.type === 'AWS::IAM::Role')) {
    const owner = functions.find((each) => each.properties.Role === role.arn);
    callers.set(accessKeyOfRole(role.logicalId), {
      kind: 'role',
      roleLogicalId: role.logicalId,
      functionName: owner?.physicalId ?? role.physicalId,
    });
  }
  return (accessKey) => callers.get(accessKey) ?? { kind: 'administrator' };
}

/** A caller as the timeline and the rules of faults name it. */
export function callerName(caller: Caller): string {
  switch (caller.kind) {
    case 'administrator':
      return 'administrator';
    case 'role':
      return caller.functionName;
    case 'service':
      return `service:${caller.principal}`;
  }
}
