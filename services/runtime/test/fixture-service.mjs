// A service without a domain, run as a process by service.spec.ts. Decorators are applied by hand: this file is not compiled.
import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { bootstrapService, processVariables, readConfiguration, unavailable } from '@keyturn/runtime';
import { z } from 'zod';

class FixtureController {
  hello() {
    return { hello: 'world' };
  }
  async slow() {
    await sleep(800);
    return { slow: true };
  }
  echo(body) {
    return body;
  }
  error() {
    throw new Error('the table users of 10.0.0.7 is gone, said Bearer abcdefghijklmnop');
  }
  known() {
    throw Object.assign(new Error('the warehouse is closed'), { code: 'WAREHOUSE' });
  }
  uncaught() {
    setTimeout(() => {
      throw new Error('nobody caught this');
    });
    return {};
  }
  rejected() {
    setTimeout(() => void Promise.reject(new Error('nobody awaited this')));
    return {};
  }
}

const route = (decorate, name) =>
  decorate(FixtureController.prototype, name, Object.getOwnPropertyDescriptor(FixtureController.prototype, name));
for (const name of ['hello', 'slow', 'error', 'known', 'uncaught', 'rejected']) route(Get(name), name);
route(Post('echo'), 'echo');
Body()(FixtureController.prototype, 'echo', 0);
Controller()(FixtureController);

class FixtureModule {}
Module({ controllers: [FixtureController] })(FixtureModule);

await bootstrapService(() => ({
  name: 'fixture',
  environment: readConfiguration(z.object(processVariables), process.env),
  module: () => FixtureModule,
  https: true,
  errors: [(error) => (error.code === 'WAREHOUSE' ? unavailable('Come back later.', 7, error) : undefined)],
}));
