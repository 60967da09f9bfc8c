import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { BENCH_DIRECTORY } from './template';

/**
 * Bundles as CDK's NodejsFunction does for a `nodejs24.x` function: `esbuild --bundle --target=node24 --platform=node`,
 * `--minify` where asked for, and by default `--external:@aws-sdk/*` and `--external:@smithy/*`, which `bundleAwsSDK: true`
 * takes away. Its other arguments appear only with other props.
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-lambda-nodejs/lib/bundling.ts (`buildEsbuildArgs`, `externals`)
 */
export function bundleAsCdkDoes(
  source: string,
  label: string,
  { sdk, minify }: { readonly sdk: 'bundled' | 'external'; readonly minify: boolean },
): string {
  const outfile = join(BENCH_DIRECTORY, 'bundles', label, 'index.js');
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    target: 'node24',
    platform: 'node',
    minify,
    external: sdk === 'external' ? ['@aws-sdk/*', '@smithy/*'] : [],
    logLevel: 'error',
  });
  return outfile;
}
