import { CHARGES, difference, dollarsOf, type TemplateBody, totalOf, type Usage, usageOf } from './costs';
import { deployActions } from './deploy-permissions';
import { PRICES, PRICES_AS_OF, REGIONS, type Region } from './prices';

/** Templates that differ in nothing but that the second has one cluster more. */
export interface Templates {
  readonly one: TemplateBody;
  readonly two: TemplateBody;
}

/** What docs/rollout.md lists of the code, by the name of the place there. */
export const LISTS: Readonly<Record<string, (templates: Templates) => string>> = {
  costs: ({ one, two }) => {
    const cluster = difference(usageOf(one), usageOf(two));
    const stack = difference(cluster, usageOf(one));
    return [
      `Prices as of ${PRICES_AS_OF}.`,
      '',
      '### The stack, once',
      '',
      charges(stack),
      '',
      '### Each cluster',
      '',
      charges(cluster),
      '',
      '### Together',
      '',
      ...table(
        ['$ a month', ...REGIONS],
        [1, 3, 10, 40].map((count) => [
          `${count} cluster${count === 1 ? '' : 's'} in one stack`,
          ...REGIONS.map((region) => money(totalOf(stack, region) + count * totalOf(cluster, region))),
        ]),
      ),
    ].join('\n');
  },
  resources: ({ one }) => {
    const types = Object.values(one.Resources).map(({ Type }) => Type);
    const counted = [...new Set(types)]
      .sort()
      .map((type) => [`\`${type}\``, types.filter((each) => each === type).length]);
    return table(['resource', 'how many'], counted).join('\n');
  },
  permissions: ({ one }) => {
    const actions = deployActions(Object.values(one.Resources).map(({ Type }) => Type));
    return table(
      ['service', 'actions'],
      [...actions].map(([service, names]) => [`\`${service}\``, names.map((name) => `\`${name}\``).join(', ')]),
    ).join('\n');
  },
};

function charges(usage: Usage): string {
  const used = CHARGES.filter((charge) => usage[charge] > 0);
  const dollars = (region: Region) => used.map((charge) => dollarsOf(charge, usage, region));
  const total = (region: Region) => money(dollars(region).reduce((sum, each) => sum + each, 0));
  return table(
    [
      'what',
      'how much a month',
      ...REGIONS.map((region) => `price, ${region}`),
      ...REGIONS.map((region) => `$, ${region}`),
    ],
    [
      ...used.map((charge) => {
        const { what, unit, dollars, confirmed } = PRICES[charge];
        const prices = REGIONS.map(
          (region) => `${dollars[region]} a ${unit}${confirmed || region === 'us-east-1' ? '' : ' (?)'}`,
        );
        return [
          what,
          amount(usage[charge], unit),
          ...prices,
          ...REGIONS.map((region) => money(dollarsOf(charge, usage, region))),
        ];
      }),
      ['**together**', '', ...REGIONS.map(() => ''), ...REGIONS.map((region) => `**${total(region)}**`)],
    ],
  ).join('\n');
}

const money = (dollars: number) => dollars.toFixed(2);
const amount = (quantity: number, unit: string) =>
  `${Number.isInteger(quantity) ? quantity : quantity.toPrecision(2)} ${quantity === 1 || /^million|^GB/.test(unit) ? unit : `${unit}s`}`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
