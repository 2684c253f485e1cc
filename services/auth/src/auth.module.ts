import { Module } from '@nestjs/common';
import { Issuer } from './issuer.js';
import { WellKnownController } from './tokens/well-known.controller.js';

@Module({ controllers: [WellKnownController], providers: [Issuer], exports: [Issuer] })
export class AuthModule {}
