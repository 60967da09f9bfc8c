import type { Parameters } from '../../kernel/query';
import type { XmlValue } from '../../kernel/xml';

/** The parameter of describe calls without which managed resources are hidden. */
export const MANAGED = 'IncludeManagedResources';

interface Manageable {
  readonly managedBy: string | null;
}

/**
 * EC2 leaves out of lists what AWS services manage. Resources that the call names are shown all the same.
 * @see EC2 User Guide, "Managed resource visibility"
 */
export function visible<Row extends Manageable>(
  rows: readonly Row[],
  ids: readonly string[],
  parameters: Parameters,
): readonly Row[] {
  const all = parameters.flag(MANAGED) || ids.length > 0;
  return all ? rows : rows.filter(({ managedBy }) => managedBy === null);
}

export function shapeOperator({ managedBy }: Manageable): XmlValue {
  return managedBy === null ? { managed: false } : { managed: true, principal: managedBy, hiddenByDefault: true };
}
