# The operator, which is also the command line `keyturn`. The chart gives the arguments.
ARG BASE=localhost/node:24
FROM ${BASE}
WORKDIR /app
COPY . ./
USER 65532:65532
# Without them V8 keeps garbage by the size of the machine; with thousands of pods the operator then takes twice as much.
ENV NODE_OPTIONS="--max-old-space-size=64 --max-semi-space-size=1 --v8-pool-size=1"
# The C library keeps the buffers of closed connections: a tenth of the memory with thousands of pods.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
CMD ["keyturn.mjs", "operator", "--kubernetes", "--host", "0.0.0.0"]
