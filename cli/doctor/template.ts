import { isDeepStrictEqual } from 'node:util';
import { asFields, type Fields } from '../../functions/shared/input';
import type { Clients } from '../aws/clients';
import type { Deployment } from '../aws/deployment';
import { deployedTemplate } from '../aws/template';
import { Problem } from '../errors';
import { isCheckout, templateOfCheckout } from './checkout';
import { type Diagnosis, ok } from './diagnosis';

const ABOUT = 'template';
/** Differences of one line. */
const MOST = 8;

/** Whether what is deployed is what this checkout would deploy: functions by the hashes of their code, everything else word by word. */
export async function aboutTemplate(
  clients: Clients,
  deployment: Deployment,
  configFile: string | undefined,
): Promise<Diagnosis[]> {
  if (!isCheckout())
    return [
      {
        verdict: 'NOTE',
        about: ABOUT,
        what: 'this is no checkout of the repository, so there is nothing to compare the deployed template with',
        todo: 'Run doctor in the clone that you deploy from.',
      },
    ];
  const [deployed, here] = await Promise.all([
    deployment.stackName().then((stackName) => deployedTemplate(clients, stackName)),
    templateOfCheckout(configFile),
  ]);
  const found = differences(parsed(deployed, 'the deployed template'), parsed(here, 'the template of this checkout'));
  if (found.length === 0) return [ok(ABOUT, 'what is deployed is what this checkout would deploy')];
  const more = found.length > MOST ? `, and ${found.length - MOST} more` : '';
  return [
    {
      verdict: 'WARNING',
      about: ABOUT,
      what: `${found.length} ${found.length === 1 ? 'difference' : 'differences'} between what is deployed and this checkout: ${found.slice(0, MOST).join('; ')}${more}`,
      todo: 'Deploy this checkout, or check out what was deployed ("npx cdk diff" shows each line). Deployed with -c config=FILE: doctor --config FILE.',
    },
  ];
}

function parsed(text: string, what: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem(`${what} is no JSON, so it cannot be compared.`);
  }
}

/** What the CDK's command line adds for people, and what changes nothing that is deployed. */
const BESIDE_THE_POINT = new Set(['Metadata', 'Description']);

/** "NotifyFunction: Code", "Alarm: only deployed", "Outputs: Topic": one text a difference. */
export function differences(deployed: Fields, here: Fields): string[] {
  const sections = new Set([...Object.keys(deployed), ...Object.keys(here)]);
  return [...sections].flatMap((section) => {
    if (BESIDE_THE_POINT.has(section)) return [];
    const [one, other] = [asFields(deployed[section]), asFields(here[section])];
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].flatMap((name) => {
      const what = difference(one[name], other[name]);
      return what === null ? [] : [`${section === 'Resources' ? '' : `${section} `}${name}: ${what}`];
    });
  });
}

/** Null: there is none that matters. */
function difference(deployed: unknown, here: unknown): string | null {
  if (deployed === undefined) return 'only here';
  if (here === undefined) return 'only deployed';
  const [one, other] = [withoutMetadata(deployed), withoutMetadata(here)];
  if (isDeepStrictEqual(one, other)) return null;
  const [before, after] = [asFields(asFields(one).Properties), asFields(asFields(other).Properties)];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
  return changed.length === 0 ? 'differs' : changed.join(', ');
}

function withoutMetadata(resource: unknown): unknown {
  const { Metadata, ...rest } = asFields(resource);
  return Object.keys(rest).length === 0 ? resource : rest;
}
