import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import type { CloudOptions } from '../../local/emulator/cloud';
import { accessKeyOfRole } from '../../local/emulator/kernel/caller';
import { list, object } from '../../local/emulator/template/json';
import { loadTemplate } from '../../local/emulator/template/template';
import { Variants } from '../strict/variants';
import { closeLater } from './driver';

/** Logical ID of the role that people act in. */
export const OPERATOR = 'Operator';

/** What somebody signs with who acts in that role. */
export const OPERATOR_KEY = accessKeyOfRole(OPERATOR);

/** How the timeline calls that role. */
export const AS_OPERATOR = `VipFailover-${OPERATOR}`;

/** Not a person: the workflow and its functions. */
export const isWorkflow = ({ caller }: { readonly caller: string }) => caller !== AS_OPERATOR;

/**
 * A cluster as in `givenACluster`, and beside the stack a role that somebody made of the policies that it prints: one
 * attached policy an output.
 * @param output "OperatePolicy" or "ReadPolicy"
 */
export async function givenAnOperator(
  config?: unknown,
  { output = 'OperatePolicy', ...options }: Partial<CloudOptions> & { readonly output?: string } = {},
): Promise<ClusterDriver> {
  const variants = new Variants(synthesize(config));
  const template = JSON.parse(JSON.stringify(variants.template));
  const printed = Object.entries<{ Value: unknown }>(template.Outputs).filter(([name]) =>
    new RegExp(`^${output}\\d*$`).test(name),
  );
  // CloudFormation resolves what outputs say; here a tag does, which the local cloud reads.
  template.Resources[OPERATOR] = role({ Tags: printed.map(([Key, { Value }]) => ({ Key, Value })) });
  const { Tags } = loadTemplate(variants.write(template)).resource(OPERATOR).properties;
  const documents = list(Tags ?? []).map((tag) => String(object(tag).Value));
  if (documents.length === 0) throw new Error(`The stack prints no ${output}.`);
  template.Resources[OPERATOR] = role({
    Policies: documents.map((document, part) => ({ PolicyName: `part-${part}`, PolicyDocument: JSON.parse(document) })),
  });
  const driver = await variants.driver(template, options);
  closeLater(driver);
  return driver;
}

const role = (properties: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::123456789012:root' } }],
    },
    ...properties,
  },
});
