/**
 * A Python with pinned packages. Owns which interpreter is taken, where its environment is kept, and how packages are installed;
 * leaves what is run with it to others.
 */
export { findInterpreter, type Interpreter, type Missing } from './interpreter.js';
export { type ProvideOptions, providePython, type Python } from './provide.js';
export { compile, installWheels } from './wheels.js';
