"""`python -m reports`."""

import asyncio
import json
import logging
import sys
import time

from .environment import ConfigurationError, read_environment
from .service import Service

LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "silent": logging.CRITICAL + 1,
}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname.lower(), "time": int(time.time() * 1000), "service": "reports"}
        trace = {"err": self.formatException(record.exc_info)} if record.exc_info else {}
        return json.dumps({**line, "msg": record.getMessage(), **trace})


async def run() -> None:
    environment = read_environment()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    level = LEVELS[environment.log_level]
    logging.getLogger().setLevel(max(level, logging.WARNING))
    logging.getLogger("keyturn").setLevel(level)
    await Service(environment).run()


try:
    asyncio.run(run())
except ConfigurationError as error:
    sys.exit(str(error))
