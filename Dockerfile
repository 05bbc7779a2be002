# Builds Ballast and runs it as nobody's user on a read-only file system with one volume.
# Written by reading, not run: no Docker engine was at hand where it was made.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json build.mjs ./
# The build script runs after the sources are there; the install scripts that matter are named in package.json.
RUN npm ci --ignore-scripts && npm rebuild esbuild
COPY . .
RUN node build.mjs && npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs22-debian13:nonroot
LABEL org.opencontainers.image.title="ballast" \
      org.opencontainers.image.description="Trading platform for Bybit" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/db/migrations ./db/migrations
# The database is a service of its own (compose.yaml): the packaged one needs its install script and a writable program folder.
ENV NODE_ENV=production BALLAST__DATA_DIR=/data
VOLUME /data
USER nonroot
EXPOSE 8080 8081
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
  CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["dist/main.js", "run"]
