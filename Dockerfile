# One image, four commands: `web` (default), `worker`, `migrate`, `corbel`. Health is asked over HTTP by whoever runs it:
# /api/health/live and /api/health/ready of web, /healthz and /readyz of the worker. Non-root, works with a read-only root file system:
# nothing is written but to /tmp, which the platform mounts (emptyDir).
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /corbel
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json ./
RUN npm install --no-audit --no-fund
COPY . .
RUN node scripts/prisma-generate.ts \
  && node node_modules/next/dist/bin/next build \
  && cp -r .next/static .next/standalone/.next/static

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /corbel
COPY package.json package-lock.json ./
RUN npm install --no-audit --no-fund --omit=dev --omit=optional

FROM ${NODE_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /corbel
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000 PATH=/corbel/bin:$PATH
COPY --from=build --chown=root:root /corbel/.next/standalone ./web
COPY --from=dependencies /corbel/node_modules ./node_modules
COPY --from=build /corbel/package.json ./package.json
COPY --from=build /corbel/generated ./generated
COPY --from=build /corbel/lib ./lib
COPY --from=build /corbel/cli ./cli
COPY --from=build /corbel/worker ./worker
COPY --from=build /corbel/prisma ./prisma
COPY --from=build /corbel/bin ./bin
USER 65532:65532
EXPOSE 3000
ENTRYPOINT ["corbel-image"]
CMD ["web"]
