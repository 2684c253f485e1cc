import { Module } from '@nestjs/common';
import { AuditController } from './admin/audit.controller.js';
import { ClientsController } from './admin/clients/clients.controller.js';
import { RingsController } from './admin/rings.controller.js';
import { UsersController } from './admin/users/users.controller.js';
import { Issuer } from './issuer.js';
import { WellKnownController } from './tokens/well-known.controller.js';

@Module({
  controllers: [WellKnownController, RingsController, ClientsController, UsersController, AuditController],
  providers: [Issuer],
  exports: [Issuer],
})
export class AuthModule {}
