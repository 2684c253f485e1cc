import preset from '../../jest.preset.js';

/** The control plane of one file is busy on all cores while it starts. */
export default { ...preset, displayName: 'infra/charts', maxWorkers: 1 };
