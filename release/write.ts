import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { zipSync } from 'fflate';
import { FUNCTIONS } from '../infra/functions';
import { packageRoot } from '../infra/package-root';
import { ReleaseStack } from './stack';

/** A template a number of nodes: what stands once a node is much of the template, and Conditions on it would hide the rest. */
export const SIZES = [
  { name: 'two-nodes', nodeCount: 2 },
  { name: 'three-nodes', nodeCount: 3 },
] as const;

/**
 * Writes what people deploy who have no CDK: templates with parameters and examples of these, the Lambdas as zip files,
 * deploy.sh and the Terraform module. The bundles must have been built.
 *
 * @param directory is emptied first
 */
export function writeRelease(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'assets'), { recursive: true });
  const assets = Object.fromEntries(FUNCTIONS.map(({ folder }) => [folder, writeZip(directory, folder)]));
  for (const { name, nodeCount } of SIZES) {
    const template = templateOf(nodeCount, assets);
    writeJson(join(directory, `${name}.template.json`), template);
    writeJson(join(directory, `${name}.parameters.json`), exampleOf(template));
  }
  for (const file of ['README.md', 'deploy.sh']) copyFileSync(join(__dirname, file), join(directory, file));
  copyFileSync(join(packageRoot, 'LICENSE'), join(directory, 'LICENSE'));
  cpSync(join(__dirname, 'terraform'), join(directory, 'terraform'), { recursive: true });
}

/** The same bundle gives the same bytes and so the same name: another name is what makes Lambda load new code. */
function writeZip(directory: string, folder: string): string {
  const bundle = readFileSync(join(packageRoot, 'dist/functions', folder, 'index.js'));
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 16);
  const name = `assets/${folder}-${hash}.zip`;
  // 1980 is where time begins in zip files.
  const zip = zipSync({ 'index.js': [bundle, { mtime: new Date(1980, 0, 1) }] }, { level: 9 });
  writeFileSync(join(directory, name), zip);
  return name;
}

interface TemplateBody {
  readonly Parameters: Record<string, { readonly Default?: string }>;
  readonly Rules: Record<string, unknown>;
}

function templateOf(nodeCount: number, assets: Readonly<Record<string, string>>): TemplateBody {
  const outdir = mkdtempSync(join(tmpdir(), 'vip-failover-release-'));
  try {
    const app = new App({ outdir, context: { ...CURRENTLY_RECOMMENDED_FLAGS }, analyticsReporting: false });
    const stack = new ReleaseStack(app, 'VipFailover', { nodeCount, assets });
    const template: TemplateBody = app.synth().getStackArtifact(stack.artifactId).template;
    // CDK asks for its bootstrap stack, which nothing of this template uses.
    delete template.Parameters.BootstrapVersion;
    delete template.Rules.CheckBootstrapVersion;
    return template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Values of the right form for every parameter, in the order of the template, for people to replace. */
function exampleOf({ Parameters }: TemplateBody): string[] {
  return Object.entries(Parameters).map(
    ([name, parameter]) => `${name}=${EXAMPLES[name] ?? exampleId(name) ?? parameter.Default ?? ''}`,
  );
}

const EXAMPLES: Readonly<Record<string, string>> = {
  ClusterName: 'mail',
  SubnetId: 'subnet-0a1b2c3d4e5f60001',
  VirtualIps: '10.0.0.5',
  Email: 'operations@example.com',
};

/** As in cdk.json: `i-0a1b2c3d4e5f60001` is the first node. */
function exampleId(name: string): string | undefined {
  const [, number, kind] = /^Node(\d)(InstanceId|NetworkInterfaceId)$/.exec(name) ?? [];
  if (number === undefined) return undefined;
  return `${kind === 'InstanceId' ? 'i' : 'eni'}-0a1b2c3d4e5f6000${number}`;
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`);
}
