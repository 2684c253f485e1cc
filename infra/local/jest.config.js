import preset from '../../jest.preset.js';

/** One at a time: each file runs a whole platform. */
export default { ...preset, displayName: 'infra/local', maxWorkers: 1 };
