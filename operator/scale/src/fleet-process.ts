import { Fleet, type FleetOptions, type FleetPod } from './fleet.js';

/** A fleet in a process of its own: the first message says for which pods, the answer that it listens. */
process.once('message', ({ pods, options }: { pods: FleetPod[]; options: FleetOptions }) => {
  void Fleet.start(pods, options).then(() => process.send?.('listening'));
});
