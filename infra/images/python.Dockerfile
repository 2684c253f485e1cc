# A service in Python: its program and its pinned packages, put together outside (`npm run images`), over any image whose entrypoint
# is Python 3.11, such as distroless.
ARG BASE=localhost/python:3.11
FROM ${BASE}
WORKDIR /app
COPY . ./
USER 65532:65532
ENV PYTHONPATH=/app/packages PYTHONDONTWRITEBYTECODE=1
CMD ["/app"]
