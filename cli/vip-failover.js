#!/usr/bin/env node
// In a clone the sources run as they are, so that nothing has to be built and nothing is out of date; the package has one bundle.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// What the SDK will need one day is no news to whoever asks where an address is.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const source = join(__dirname, 'main.ts');
if (existsSync(source)) {
  require('tsx/cjs');
  require(source);
} else {
  require('../dist/cli/main.js');
}
