// Says of each line of the input whether it keeps to a JSON Schema (draft 2020-12): 1 or 0.
// arguments: the schema's file
const { readFileSync } = require('node:fs');
const Ajv = require('ajv/dist/2020');

const keepsToIt = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const lines = readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
process.stdout.write(lines.map((line) => (keepsToIt(JSON.parse(line)) ? '1' : '0')).join(''));
