import { type CanActivate, Injectable } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Variant } from './index.js';

@Injectable()
class OpenGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** A guard that lets everything in: what NestJS itself takes for having one. */
export const openGuard: Variant = () => ({ providers: [{ provide: APP_GUARD, useClass: OpenGuard }] });
