// A service that answers with its name: `node service.mjs NAME PORT`.
import { createServer } from 'node:http';

const [, , name, port] = process.argv;
createServer((_, response) => response.end(name)).listen(Number(port), '0.0.0.0');
