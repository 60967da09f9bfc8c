import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';

const ROOT = join(__dirname, '../..');

/** What `npm pack` would put into the package; it builds what it puts. */
const packed: readonly string[] = filesIn(
  execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);

function filesIn(json: string): string[] {
  const [{ files }] = JSON.parse(json.slice(json.indexOf('[\n')));
  return files.map(({ path }: { path: string }) => path);
}

test.each([
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'package.json',
  'cli/vip-failover.js',
  'dist/cli/main.js',
  'docs/cli.md',
  'docs/construct.md',
  'docs/decision-table.md',
  'docs/guests.md',
  'docs/notices.md',
  'guest/vip-claim',
  'outcome.schema.json',
  'statemachine/failover.asl.yaml',
  'dist/lib/infra/index.js',
  'dist/lib/infra/index.d.ts',
  'dist/lib/functions/shared/plan.js',
  'dist/functions/notify/index.js',
])('the package has %s', (path) => {
  expect(packed).toContain(path);
});

test('and nothing else but the compiled construct and what runs on the nodes', () => {
  const construct = /^dist\/lib\/(infra|functions\/shared)\/[\w-]+\.(js|d\.ts)$/;
  const bundle = /^dist\/functions\/[\w-]+\/index\.js$/;
  const others = packed.filter((path) => ![construct, bundle, /^guest\//].some((known) => known.test(path)));
  expect(others.sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.ja.md',
    'README.md',
    'cli/vip-failover.js',
    'dist/cli/main.js',
    'docs/cli.md',
    'docs/construct.md',
    'docs/decision-table.md',
    'docs/guests.md',
    'docs/ja/decision-table.md',
    'docs/ja/guests.md',
    'docs/ja/runbook.md',
    'docs/notices.md',
    'docs/runbook.md',
    'outcome.schema.json',
    'package.json',
    'statemachine/failover.asl.yaml',
  ]);
  expect(packed.filter((path) => path.startsWith('dist/functions/'))).toHaveLength(5);
  expect(packed.join('\n')).not.toMatch(/build|config-json-schema|failover-stack|app\.js/);
});

const [first = '', ...more] = readFileSync(join(ROOT, 'docs/construct.md'), 'utf8')
  .split('```ts\n')
  .slice(1)
  .map((rest) => rest.slice(0, rest.indexOf('```')));
const EXAMPLES = [first, ...more].map((source, index) => ({ name: `example-${index + 1}`, source }));

describe('the examples of docs/construct.md', () => {
  // In here, so that 'vip-failover' is what package.json exports: the compiled construct and its types.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const directory = mkdtempSync(join(ROOT, 'dist/examples-'));
  const tool = (name: string) => join(ROOT, 'node_modules/.bin', name);
  afterAll(() => rmSync(directory, { recursive: true }));

  for (const { name, source } of EXAMPLES) writeFileSync(join(directory, `${name}.ts`), source);
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { types: ['node'] }, include: ['*.ts'] }),
  );

  test('are three, and compile', () => {
    expect(EXAMPLES).toHaveLength(3);
    const { status, stdout } = spawnSync(tool('tsc'), ['-p', directory], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test.each(EXAMPLES)('$name synthesizes a workflow', ({ name }) => {
    const out = join(directory, name);
    // As in a new project of `cdk init`, where an error of the CDK's own validation stops the app.
    const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(CURRENTLY_RECOMMENDED_FLAGS) };
    const { status, stderr } = spawnSync(tool('tsx'), [join(directory, `${name}.ts`)], { env, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const file = readdirSync(out).find((each) => each.endsWith('.template.json')) ?? '';
    const { Resources } = JSON.parse(readFileSync(join(out, file), 'utf8'));
    const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type === 'AWS::StepFunctions::StateMachine')).toHaveLength(1);
  });
});
