import type { RequestContext } from '../../iam/access';
import { ApiError } from '../../kernel/api';
import type { Parameters } from '../../kernel/query';
import type { XmlValue } from '../../kernel/xml';
import type { Tags } from '../model/records';
import type { World } from '../model/world';
import { arn, type Ec2Action, listed, PAGES, RETURN_TRUE, summary } from './action';
import type { Fields } from './filters';
import { checkId } from './ids';

const MOST_TAGS = 50;

export function shapeTags(tags: Tags): readonly XmlValue[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  i: 'instance',
  eni: 'network-interface',
  subnet: 'subnet',
  eipalloc: 'elastic-ip',
};

/** @throws ApiError `InvalidID` for a kind of resource that is not here. */
function resourceType(id: string): string {
  const type = RESOURCE_TYPES[id.split('-')[0] ?? ''];
  if (type === undefined) throw new ApiError('InvalidID', `The ID '${id}' is not valid`);
  return type;
}

/** @throws ApiError `Invalid…ID.NotFound` */
function tagsOf(world: World, id: string): Tags {
  switch (resourceType(id)) {
    case 'instance':
      return world.instance(checkId('i-', id)).tags;
    case 'network-interface':
      return world.networkInterface(checkId('eni-', id)).tags;
    case 'subnet':
      return world.subnet(checkId('subnet-', id)).tags;
    default:
      return world.elasticIp(id).tags;
  }
}

function resources(parameters: Parameters, world: World): readonly string[] {
  return parameters.requiredTexts('ResourceId').map((id) => arn(world, resourceType(id), id));
}

/**
 * A request without tags does not have the key: `DeleteTags` then takes off all of them.
 * @see Service Authorization Reference, Amazon EC2; IAM User Guide, "Multivalued context keys"
 */
function tagKeys(parameters: Parameters): RequestContext {
  const keys = parameters.structures('Tag').map((tag) => tag.required('Key'));
  return keys.length === 0 ? {} : { 'aws:TagKeys': keys };
}

export const createTags: Ec2Action = {
  parameters: ['ResourceId', 'Tag', 'DryRun'],
  resources,
  conditionKeys: tagKeys,
  run(parameters, { world }) {
    const ids = parameters.requiredTexts('ResourceId');
    const tags = Object.fromEntries(
      parameters.structures('Tag').map((tag) => [checkKey(tag.required('Key')), checkValue(tag.text('Value') ?? '')]),
    );
    if (Object.keys(tags).length === 0)
      throw new ApiError('MissingParameter', 'The request must contain the parameter Tag');
    for (const id of ids) {
      if (Object.keys({ ...tagsOf(world, id), ...tags }).length > MOST_TAGS)
        throw new ApiError(
          'TagLimitExceeded',
          `The maximum number of tags per resource (${MOST_TAGS}) has been reached`,
        );
    }
    for (const id of ids) world.setTags(id, tags);
    const words = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
    return { body: RETURN_TRUE, result: `${summary(ids)}: ${summary(words)}` };
  },
};

function checkKey(key: string): string {
  if (key.toLowerCase().startsWith('aws:'))
    throw new ApiError(
      'InvalidParameterValue',
      `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`,
    );
  if (key.length > 128)
    throw new ApiError('InvalidParameterValue', 'Tag key exceeds the maximum length of 128 characters');
  return key;
}

function checkValue(value: string): string {
  if (value.length > 256)
    throw new ApiError('InvalidParameterValue', 'Tag value exceeds the maximum length of 256 characters');
  return value;
}

/** Without `Tag` all tags go; with a key alone that tag, whatever its value; with a value only where it is that one. */
export const deleteTags: Ec2Action = {
  parameters: ['ResourceId', 'Tag', 'DryRun'],
  resources,
  conditionKeys: tagKeys,
  run(parameters, { world }) {
    const ids = parameters.requiredTexts('ResourceId');
    const wanted = parameters.structures('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
    const goes = (key: string, value: string) =>
      wanted.length === 0 || wanted.some((tag) => tag.key === key && (tag.value ?? value) === value);
    const changes = ids.map((id) => ({
      id,
      keys: Object.entries(tagsOf(world, id))
        .filter(([key, value]) => goes(key, value))
        .map(([key]) => key),
    }));
    for (const { id, keys } of changes) world.setTags(id, Object.fromEntries(keys.map((key) => [key, null])));
    return { body: RETURN_TRUE, result: `${summary(ids)}: without ${summary(wanted.map((tag) => tag.key))}` };
  },
};

interface TagRow {
  readonly resourceId: string;
  readonly key: string;
  readonly value: string;
  readonly tags: Tags;
}

const FIELDS: Fields<TagRow> = {
  key: (row) => [row.key],
  value: (row) => [row.value],
  'resource-id': (row) => [row.resourceId],
  'resource-type': (row) => [resourceType(row.resourceId)],
};

export const describeTags: Ec2Action = {
  parameters: [...PAGES],
  filters: Object.keys(FIELDS),
  run(parameters, context) {
    const { view } = context;
    const all = [
      ...[...view.instances(), ...view.networkInterfaces()].map(({ id, tags }) => ({ id, tags })),
      ...view.elasticIps().map(({ allocationId, tags }) => ({ id: allocationId, tags })),
    ];
    const rows = all.flatMap(({ id, tags }) =>
      Object.entries(tags).map(([key, value]) => ({ resourceId: id, key, value, tags: { [key]: value } })),
    );
    const page = listed(rows, parameters, context, { fields: FIELDS, idOf: (row) => row.resourceId });
    const tagSet = page.rows.map(({ resourceId, key, value }) => ({
      resourceId,
      resourceType: resourceType(resourceId),
      key,
      value,
    }));
    return { body: { tagSet, nextToken: page.nextToken }, result: `${page.rows.length} tags` };
  },
};
