import { CHARGES, difference, dollarsOf, type TemplateBody, totalOf, type Usage, usageOf } from './costs';
import { deployActions } from './deploy-permissions';
import { PRICES, PRICES_AS_OF, REGIONS, type Region } from './prices';
import type { Words } from './words';

/** Templates that differ in nothing but that the second has one cluster more. */
export interface Templates {
  readonly one: TemplateBody;
  readonly two: TemplateBody;
}

/** What the rollout sheets list of the code, by the name of the place there. */
export const LISTS: Readonly<Record<string, (templates: Templates, words: Words) => string>> = {
  costs: ({ one, two }, words) => {
    const cluster = difference(usageOf(one), usageOf(two));
    const stack = difference(cluster, usageOf(one));
    const total = (count: number, region: Region) => totalOf(stack, region) + count * totalOf(cluster, region);
    return [
      words.pricesAsOf(PRICES_AS_OF),
      `### ${words.stack}`,
      charges(stack, words),
      `### ${words.cluster}`,
      charges(cluster, words),
      `### ${words.altogether}`,
      table(
        [words.dollarsMonthly, ...REGIONS],
        [1, 3, 10, 40].map((count) => [
          words.clustersInOneStack(count),
          ...REGIONS.map((region) => money(total(count, region))),
        ]),
      ),
    ].join('\n\n');
  },
  resources: ({ one }, words) => {
    const types = Object.values(one.Resources).map(({ Type }) => Type);
    const counted = [...new Set(types)]
      .sort()
      .map((type) => [`\`${type}\``, types.filter((each) => each === type).length]);
    return table(words.resources, counted);
  },
  permissions: ({ one }, words) => {
    const actions = deployActions(Object.values(one.Resources).map(({ Type }) => Type));
    return table(
      words.permissions,
      [...actions].map(([service, names]) => [`\`${service}\``, names.map((name) => `\`${name}\``).join(', ')]),
    );
  },
};

function charges(usage: Usage, words: Words): string {
  const used = CHARGES.filter((charge) => usage[charge] > 0);
  const rows = used.map((charge) => {
    const [what, unit] = words.charges[charge];
    const { dollars, confirmed } = PRICES[charge];
    return [
      what,
      words.quantity(usage[charge], unit),
      ...REGIONS.map(
        (region) =>
          `${words.price(dollars[region], unit)}${confirmed || region === 'us-east-1' ? '' : words.unconfirmed}`,
      ),
      ...REGIONS.map((region) => money(dollarsOf(charge, usage, region))),
    ];
  });
  const totals = REGIONS.map((region) => `**${money(totalOf(usage, region))}**`);
  return table(
    [words.charge, words.monthly, ...REGIONS.map(words.priceIn), ...REGIONS.map(words.dollarsIn)],
    [...rows, [`**${words.total}**`, '', ...REGIONS.map(() => ''), ...totals]],
  );
}

const money = (dollars: number) => dollars.toFixed(2);

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
