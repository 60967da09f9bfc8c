import { Aws, CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import { CONSOLES } from '../functions/shared/consoles';

/** The address of this Region's console. Only the deployment knows the partition, and with it the domain. */
export function consoleUrl(stack: Stack): string {
  const { aws: usual = '', ...others } = CONSOLES;
  const host = Object.entries(others).reduce((otherwise, [partition, domain]) => {
    const id = `In${partition.replaceAll(/\W/g, '')}`;
    const condition = new CfnCondition(stack, id, { expression: Fn.conditionEquals(Aws.PARTITION, partition) });
    return Fn.conditionIf(condition.logicalId, domain, otherwise).toString();
  }, usual);
  return `https://${Aws.REGION}.${host}`;
}
