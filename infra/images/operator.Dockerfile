# The operator, which is also the command line `keyturn`. The chart gives the arguments.
ARG BASE=localhost/node:24
FROM ${BASE}
WORKDIR /app
COPY . ./
USER 65532:65532
CMD ["keyturn.mjs", "operator", "--kubernetes", "--host", "0.0.0.0"]
