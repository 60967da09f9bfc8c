import { endWithoutReader } from '../../cli/output/terminal';
import { run } from './program';

/** `npm start`. */
endWithoutReader();
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
