/** One allowed action of one statement of one policy; where the statement names several resources, on one of them. */
export interface Grant {
  /** The resource that carries the policy: a role, a key, a topic's or a queue's policy. */
  readonly owner: string;
  readonly kind: 'identity' | 'trust' | 'resource';
  readonly action: string;
  /** Place of the resource in the statement; null: the statement names one only, and the grant is all of it. */
  readonly place: number | null;
  /** The statement it is part of, to be found again in a copy of the template. */
  readonly policy: readonly (string | number)[];
  readonly statement: number;
  /** Names the grant among all of the template. */
  readonly label: string;
}

type Value = unknown;
type Struct = Record<string, Value>;

const struct = (value: Value): Struct => Object(value);
const several = (value: Value): readonly Value[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Where a resource of this type has its policies. */
function policiesOf(
  type: string,
  properties: Struct,
): readonly (readonly [Grant['kind'], readonly (string | number)[]])[] {
  switch (type) {
    case 'AWS::IAM::Role':
      return [
        ['trust', ['AssumeRolePolicyDocument']] as const,
        ...several(properties.Policies).map((_, place) => ['identity', ['Policies', place, 'PolicyDocument']] as const),
      ];
    case 'AWS::KMS::Key':
      return [['resource', ['KeyPolicy']]];
    case 'AWS::SNS::TopicPolicy':
    case 'AWS::SQS::QueuePolicy':
      return [['resource', ['PolicyDocument']]];
    default:
      return [];
  }
}

/** Names without CDK's hash and the construct's own name. */
export const short = (logicalId: string) => logicalId.replace(/^Failover|[0-9A-F]{8}$/g, '');

/** Every action of every Allow statement of the template, one by one. */
export function grantsIn(template: Value): readonly Grant[] {
  return Object.entries(struct(struct(template).Resources)).flatMap(([owner, resource]) => {
    const { Type, Properties } = struct(resource);
    const properties = struct(Properties);
    return policiesOf(String(Type), properties).flatMap(([kind, policy]) =>
      several(struct(reach(properties, policy)).Statement).flatMap((each, statement) => {
        const { Effect, Action, Resource } = struct(each);
        if (Effect !== 'Allow') return [];
        const resources = several(Resource);
        const places = resources.length > 1 ? resources.map((_, place) => place) : [null];
        return several(Action).flatMap((action) =>
          places.map((place) => ({
            owner,
            kind,
            action: String(action),
            place,
            policy,
            statement,
            label: `${short(owner)} ${action}${place === null ? '' : ` on ${lastWords(resources[place])}`}`,
          })),
        );
      }),
    );
  });
}

/** A copy of the template without these grants. */
export function without(template: Value, grants: readonly Grant[]): Value {
  const copy: unknown = structuredClone(template);
  for (const { owner, action, place, policy, statement } of grants) {
    const properties = struct(struct(struct(struct(copy).Resources)[owner]).Properties);
    const document = struct(reach(properties, policy));
    document.Statement = several(document.Statement).flatMap((each, index) => {
      if (index !== statement) return [each];
      const whole = struct(each);
      const actions = several(whole.Action).filter((other) => other !== action);
      const resources = several(whole.Resource).filter((_, other) => other !== place);
      // A statement that is empty now stays, so that the others keep their places.
      if (place === null) return [{ ...whole, Action: actions.length > 0 ? actions : 'nothing:AtAll' }];
      if (actions.length > 0) throw new Error('More than one action on more than one resource: split this first.');
      return [{ ...whole, Resource: resources }];
    });
  }
  return copy;
}

function reach(from: Value, path: readonly (string | number)[]): Value {
  return path.reduce((value, step) => struct(value)[String(step)], from);
}

/** The end of an ARN: a literal one, or what is left of it inside an intrinsic. */
function lastWords(resource: Value): string {
  if (typeof resource === 'string') return resource;
  const texts = JSON.stringify(resource).match(/"[^"]*"/g) ?? [];
  const last = texts.map((each) => each.slice(1, -1)).filter((each) => each !== 'Arn' && each !== 'Ref');
  return short(last[last.length - 1]?.split('/').pop() ?? '');
}
