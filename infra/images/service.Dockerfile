# A service: its build and its pruned dependencies, made outside (`npm run images`), over any image whose entrypoint is
# Node 24, such as distroless.
ARG BASE=localhost/node:24
FROM ${BASE}
WORKDIR /app
COPY . ./
USER 65532:65532
CMD ["dist/main.js"]
