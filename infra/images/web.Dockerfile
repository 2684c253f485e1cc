# The front end: Next's standalone server with its packages, built outside (`npm run images`), over any image whose entrypoint is
# Node 24, such as distroless.
ARG BASE=localhost/node:24
FROM ${BASE}
WORKDIR /app
COPY . ./
USER 65532:65532
# A proxy in front keeps connections for a minute: closed sooner here, a request may just be on its way.
ENV NEXT_TELEMETRY_DISABLED=1 KEEP_ALIVE_TIMEOUT=65000
CMD ["services/web/server.js"]
