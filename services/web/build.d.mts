/** Whether `build` would do nothing. */
export declare const isBuilt: () => boolean;
/** Builds the front end if it has to. Throws an Error with what the build said. */
export declare function build(): Promise<void>;
