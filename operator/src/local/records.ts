/** The records of the local driver are those of every driver: see ../records. */
export * from '../records/index.js';
