import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { readParameters } from '../../local/emulator/template/parameters';
import { loadTemplate } from '../../local/emulator/template/template';
import { release } from './released';

const directory = release();
const text = (name: string) => readFileSync(join(directory, name), 'utf8');
const template = (name: string) => JSON.parse(text(`${name}.template.json`));

test('the same sources give the same release, byte for byte', () => {
  const again = release();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.length).toBeGreaterThan(15);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    expect(readFileSync(path.replace(directory, again))).toEqual(readFileSync(path));
  }
});

describe.each(['two-nodes', 'three-nodes'])('%s', (name) => {
  test('its example gives every parameter an allowed value', () => {
    const parameters = readParameters(join(directory, `${name}.parameters.json`));
    expect(Object.keys(parameters)).toEqual(Object.keys(template(name).Parameters));
    expect(() => loadTemplate(join(directory, `${name}.template.json`), { parameters })).not.toThrow();
  });

  test('its code lies beside it', () => {
    const code = Object.values<{ Type: string; Properties: { Code: string } }>(template(name).Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => Properties.Code);
    expect(code.map((path) => existsSync(join(directory, path)))).toEqual([true, true, true, true, true]);
  });

  test('it asks for no bootstrap stack, and its descriptions are plain text', () => {
    expect(text(`${name}.template.json`)).not.toContain('Bootstrap');
    for (const { Description } of Object.values<{ Description?: unknown }>(template(name).Outputs)) {
      expect(['string', 'undefined']).toContain(typeof Description);
    }
  });
});

describe('deploy.sh', () => {
  const bin = mkdtempSync(join(tmpdir(), 'vip-failover-bin-'));
  /** Runs the script with an `aws` that writes down how it was called and ends as the test wants. */
  function run(args: readonly string[], exitCode = 0) {
    writeFileSync(join(bin, 'aws'), `#!/bin/sh\nprintf '%s\\n' "$*" >> "${bin}/calls"\nexit ${exitCode}\n`);
    chmodSync(join(bin, 'aws'), 0o755);
    writeFileSync(join(bin, 'calls'), '');
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const { status, stderr } = spawnSync('sh', [join(directory, 'deploy.sh'), ...args], { env, encoding: 'utf8' });
    return { status, stderr, calls: readFileSync(join(bin, 'calls'), 'utf8').split('\n').filter(Boolean) };
  }
  const parameters = join(directory, 'two-nodes.parameters.json');
  const GOOD = ['--bucket', 'deployments', '--stack', 'vip-failover-mail', '--parameters', parameters];

  test('uploads the code, deploys with the parameters, and shows the outputs', () => {
    const { status, calls } = run([...GOOD, '--', '--region', 'ap-northeast-1']);
    expect(status).toBe(0);
    expect(calls.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
      'cloudformation package',
      'cloudformation deploy',
      'cloudformation describe-stacks',
    ]);
    for (const call of calls) expect(call).toContain('--region ap-northeast-1');
    expect(calls[0]).toContain(`--template-file ${directory}/two-nodes.template.json --s3-bucket deployments`);
    expect(calls[1]).toContain(`--stack-name vip-failover-mail`);
    expect(calls[1]).toContain(`--parameter-overrides file://${parameters}`);
  });

  test('takes the template for three nodes', () => {
    expect(run([...GOOD, '--template', 'three-nodes']).calls[0]).toContain('three-nodes.template.json');
  });

  test('stops when the upload fails, and says where', () => {
    const { status, stderr, calls } = run(GOOD, 1);
    expect({ status, calls: calls.length }).toEqual({ status: 1, calls: 1 });
    expect(stderr).toContain('could not be uploaded to the bucket deployments');
  });

  test.each([
    ['no bucket', GOOD.slice(2), '--bucket is missing'],
    ['no stack', ['--bucket', 'b', '--parameters', parameters], '--stack is missing'],
    ['no parameters', GOOD.slice(0, 4), '--parameters is missing: copy two-nodes.parameters.json'],
    ['an option without its value', ['--bucket'], '--bucket needs a value'],
    ['a word that it does not know', ['--region', 'eu-west-1'], 'unknown argument --region'],
    ['a file that is not there', [...GOOD.slice(0, 5), 'nowhere.json'], 'there is no file nowhere.json'],
    ['a template that is not there', [...GOOD, '--template', 'four-nodes'], 'allowed: two-nodes, three-nodes'],
  ])('given %s, says so and calls nothing', (_, args, message) => {
    const { status, stderr, calls } = run(args);
    expect({ status, calls }).toEqual({ status: 2, calls: [] });
    expect(stderr).toContain(message);
  });
});

describe('the Terraform module', () => {
  const hcl = async (name: string) => parse(name, text(`terraform/${name}`));
  const readme = text('terraform/README.md');

  test('gives the template all its parameters', async () => {
    const main = text('terraform/main.tf');
    for (const name of Object.keys(template('two-nodes').Parameters)) {
      expect(main).toContain(name.replace(/^Node\d/, `Node\${index + 1}`));
    }
  });

  test('puts the code where the template looks for it', async () => {
    const { locals } = await hcl('main.tf');
    const [, pattern = '', put = ''] = /"\/(.*)\/",\s*"(.*)"\s*\)/.exec(locals[0].body) ?? [];
    const unescaped = (quoted: string) => quoted.replaceAll('\\"', '"');
    const replacement = unescaped(put).replace(`\${var.bucket}`, 'b').replace(`\${var.prefix}`, 'p/');
    const body = text('two-nodes.template.json').replaceAll(new RegExp(unescaped(pattern), 'g'), replacement);
    const code = [...body.matchAll(/"Code": (.*),\n/g)].map(([, value = '']) => JSON.parse(value));
    const assets = readdirSync(join(directory, 'assets')).map((name) => ({ S3Bucket: 'b', S3Key: `p/assets/${name}` }));
    expect(code).toHaveLength(5);
    expect(code).toEqual(expect.arrayContaining(assets));
  });

  test('describes every variable and output, in its files and in its README', async () => {
    const { variable } = await hcl('variables.tf');
    const { output } = await hcl('outputs.tf');
    for (const [name, [block]] of Object.entries<{ description?: string }[]>({ ...variable, ...output })) {
      expect(block?.description).toBeTruthy();
      expect(readme).toContain(`| \`${name}\` |`);
    }
    expect(Object.keys({ ...variable, ...output })).toHaveLength(readme.match(/^\| `/gm)?.length ?? 0);
  });

  test('hands on outputs that the template has', async () => {
    const { output } = await hcl('outputs.tf');
    const named = [...JSON.stringify(output).matchAll(/outputs\[\\"(\w+)\\"\]/g)].map(([, name]) => name);
    expect(Object.keys(template('two-nodes').Outputs)).toEqual(expect.arrayContaining(named));
  });
});
