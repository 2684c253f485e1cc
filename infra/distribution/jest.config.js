import preset from '../../jest.preset.js';

/** Platform, control plane and npm are each busy on all cores. `outside` is compiled elsewhere, as somebody else would. */
export default { ...preset, displayName: 'infra/distribution', maxWorkers: 1, testPathIgnorePatterns: ['/outside/'] };
