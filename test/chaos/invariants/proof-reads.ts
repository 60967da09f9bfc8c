import type { Plan } from '../../../functions/shared/plan';
import type { ProofRead } from '../recorder';

type Element = string | { readonly [name: string]: readonly Element[] };

/** EC2's XML as nested lists by element name; attributes are left out. */
export function parseXml(text: string): Element {
  const open: { [name: string]: Element[] }[] = [{}];
  let value = '';
  for (const [, closing, name = '', , empty, between = ''] of text.matchAll(/<(\/?)([\w:]+)([^<>]*?)(\/?)>([^<]*)/g)) {
    if (closing) {
      const done = open.pop() ?? {};
      const parent = open.at(-1) ?? {};
      parent[name] = [...(parent[name] ?? []), Object.keys(done).length > 0 ? done : value];
    } else if (empty) {
      const parent = open.at(-1) ?? {};
      parent[name] = [...(parent[name] ?? []), ''];
    } else {
      open.push({});
      value = between;
    }
  }
  return open[0] ?? {};
}

function all(element: Element | undefined, ...path: readonly string[]): readonly Element[] {
  if (element === undefined) return [];
  const [name, ...rest] = path;
  if (name === undefined) return [element];
  if (typeof element === 'string') return [];
  return (element[name] ?? []).flatMap((child) => all(child, ...rest));
}

function text(element: Element | undefined, ...path: readonly string[]): string {
  const [found] = all(element, ...path);
  return typeof found === 'string' ? found : '';
}

/** What the answers of VerifyEni's last look lack to prove the plan's move; empty: it is proven. */
export function lackOfProof(plan: Plan, reads: readonly ProofRead[]): readonly string[] {
  const { destination: target, cluster } = plan;
  if (target === null) return ['the plan has no destination'];
  const interfaces = reads.findLast(({ action }) => action === 'DescribeNetworkInterfaces');
  const instances = reads.findLast(({ action }) => action === 'DescribeInstances');
  if (interfaces === undefined || instances === undefined) return ['VerifyEni did not look'];
  return [...addressesNotShown(plan, parseXml(interfaces.body)), ...targetNotShown(parseXml(instances.body))];

  function addressesNotShown(_plan: Plan, answer: Element): string[] {
    const found = all(answer, 'DescribeNetworkInterfacesResponse', 'networkInterfaceSet', 'item');
    return cluster.virtualIps.flatMap(({ address, elasticIpAllocationId }) => {
      const on = found.flatMap((each) =>
        all(each, 'privateIpAddressesSet', 'item')
          .filter((entry) => text(entry, 'privateIpAddress') === address)
          .map((entry) => ({ id: text(each, 'networkInterfaceId'), entry })),
      );
      const [only] = on;
      if (on.length !== 1 || only?.id !== target?.networkInterfaceId)
        return [`${address} was shown on ${on.map(({ id }) => id).join(', ') || 'no interface'}`];
      if (text(only?.entry, 'primary') === 'true') return [`${address} was shown as primary`];
      const elastic = text(only?.entry, 'association', 'allocationId');
      if (elasticIpAllocationId !== undefined && elastic !== elasticIpAllocationId)
        return [`${elasticIpAllocationId} was not shown on ${address}`];
      return [];
    });
  }

  function targetNotShown(answer: Element): string[] {
    const found = all(answer, 'DescribeInstancesResponse', 'reservationSet', 'item', 'instancesSet', 'item');
    const instance = found.find((each) => text(each, 'instanceId') === target?.instanceId);
    if (text(instance, 'instanceState', 'name') !== 'running') return [`${target?.instanceId} was not shown running`];
    const attached = all(instance, 'networkInterfaceSet', 'item').some(
      (each) =>
        text(each, 'networkInterfaceId') === target?.networkInterfaceId &&
        text(each, 'attachment', 'status') === 'attached',
    );
    return attached ? [] : [`${target?.networkInterfaceId} was not shown attached`];
  }
}
