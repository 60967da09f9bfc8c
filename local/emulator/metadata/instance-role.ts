import { createHash } from 'node:crypto';
import type { ResolvedTemplate, TemplateResource } from '../iam/template';
import type { ApiRequest } from '../kernel/api';
import { accessKeyOfRole } from '../kernel/caller';
import type { Category } from './tree';

/** Credentials that instance metadata hands out live about six hours. */
const LIFETIME = 6 * 3_600_000;
const TOKEN = /^LOCAL\/(i-[0-9a-f]+)$/;

/**
 * The role of an instance: of its instance profile, where the template has the instance; else the one that is named for it.
 * @param named by instance ID, a role's logical ID. @throws Error when the template has no role of that name.
 */
export function roleOf(
  template: ResolvedTemplate,
  instanceId: string,
  named: Readonly<Record<string, string>>,
): TemplateResource | undefined {
  const ofType = (type: string) => template.resources.filter((resource) => resource.type === type);
  const wanted = named[instanceId];
  if (wanted !== undefined) {
    const role = ofType('AWS::IAM::Role').find(({ logicalId }) => logicalId === wanted);
    if (role === undefined) throw new Error(`The template has no role ${wanted} for ${instanceId}.`);
    return role;
  }
  const instance = ofType('AWS::EC2::Instance').find(({ physicalId }) => physicalId === instanceId);
  const profileName = instance?.properties.IamInstanceProfile;
  const profile = ofType('AWS::IAM::InstanceProfile').find(({ physicalId }) => physicalId === profileName);
  const [roleName]: readonly unknown[] = [profile?.properties.Roles].flat();
  return ofType('AWS::IAM::Role').find(({ physicalId }) => physicalId === roleName);
}

/**
 * The category `iam` of an instance with a role.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export function iamOf(role: TemplateResource, instanceId: string, now: number): Category {
  const seconds = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const credentials = {
    Code: 'Success',
    LastUpdated: seconds(now),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyOfRole(role.logicalId),
    SecretAccessKey: createHash('sha256').update(role.logicalId).digest('base64').slice(0, 40),
    Token: `LOCAL/${instanceId}`,
    Expiration: seconds(now + LIFETIME),
  };
  return { 'security-credentials': { [role.physicalId]: JSON.stringify(credentials, null, 2) } };
}

/** A guest acts in its instance's role; its session has the instance's ID for a name. */
export function sessionOf(request: ApiRequest): { readonly functionName?: string } {
  const instanceId = TOKEN.exec(request.headers['x-amz-security-token'] ?? '')?.[1];
  return instanceId === undefined ? {} : { functionName: instanceId };
}
