import { Module } from '@nestjs/common';
import { RingsController } from './admin/rings.controller.js';
import { Issuer } from './issuer.js';
import { WellKnownController } from './tokens/well-known.controller.js';

@Module({ controllers: [WellKnownController, RingsController], providers: [Issuer], exports: [Issuer] })
export class AuthModule {}
