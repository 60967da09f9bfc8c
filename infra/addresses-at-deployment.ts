import { Token } from 'aws-cdk-lib';

/**
 * Addresses that are known only at deployment (`parameter.valueAsList`), as the JSON of virtual IPs:
 * `[{"address":"10.0.0.5"},{"address":"10.0.0.6"}]`. CloudFormation joins it; it has no intrinsic that makes objects
 * of a list without a transform.
 *
 * @param addresses a list token
 * @returns a number token: what `Stack.toJsonString` writes without quotes around it
 */
export function addressesAtDeployment(addresses: readonly string[]): number {
  const joined = { 'Fn::Join': ['"},{"address":"', addresses] };
  return Token.asNumber({ 'Fn::Join': ['', ['[{"address":"', joined, '"}]']] });
}
