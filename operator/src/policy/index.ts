export { checkTogether, duration, type PolicyFields, policyFields, problemsOf, toRingPolicy } from './fields.js';
export { importedKey, importProblem, importSchema } from './import.js';
