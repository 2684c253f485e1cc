import preset from '../../jest.preset.js';

/** One file at a time: each control plane is busy on all cores while it starts. */
export default { ...preset, displayName: 'infra/cluster', maxWorkers: 1 };
