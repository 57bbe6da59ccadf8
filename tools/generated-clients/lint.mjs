import { readFileSync } from 'node:fs';
import core from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

/** Prints what Spectral finds in the OpenAPI document of its argument, one finding a line. */
const spectral = new core.Spectral();
spectral.setRuleset({
  extends: [[rulesets.oas, 'all']],
  rules: {
    // Every installation has its own; the document names none that would be wrong there.
    'info-contact': 'off',
    // `identifier` names the license, and OpenAPI 3.1 forbids both.
    'license-url': 'off',
    // They are in the order of the reference.
    'openapi-tags-alphabetical': 'off',
    // The names say it: "Users", "Tokens".
    'tag-description': 'off',
    // A summary of one line says all of a simple operation.
    'operation-description': 'off',
    // OpenAPI 3.1 allows names of roles for every kind of security; the rule is that of 3.0.
    'oas3-operation-security-defined': 'off',
  },
});
for (const { code, path, message } of await spectral.run(JSON.parse(readFileSync(process.argv[2], 'utf8')))) {
  console.log(`${code} ${path.join('/')}: ${message}`);
}
