-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "groups" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "provider" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL,
    "userId" UUID NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("provider","providerAccountId")
);

-- CreateTable
CREATE TABLE "login" (
    "id" UUID NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "userId" UUID NOT NULL,
    "idToken" TEXT,
    "refreshToken" TEXT,
    "idTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshFailure" TEXT,
    "userAgent" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "login_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "github_link" (
    "userId" UUID NOT NULL,
    "githubId" TEXT NOT NULL,
    "login" TEXT NOT NULL,
    "accessToken" TEXT NOT NULL,
    "refreshToken" TEXT,
    "accessExpiresAt" TIMESTAMPTZ(3),
    "refreshExpiresAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "github_link_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "cluster" (
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'unknown',
    "message" TEXT,
    "version" TEXT,
    "syncedAt" TIMESTAMPTZ(3),
    "checkedAt" TIMESTAMPTZ(3),

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "kind" (
    "cluster" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "group" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "plural" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "namespaced" BOOLEAN NOT NULL,
    "definition" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "message" TEXT,
    "resourceVersion" TEXT,
    "syncedAt" TIMESTAMPTZ(3),
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "kind_pkey" PRIMARY KEY ("cluster","key")
);

-- CreateTable
CREATE TABLE "project" (
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "team" TEXT,
    "repository" TEXT,
    "path" TEXT,
    "layout" TEXT,
    "gcpProject" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("cluster","namespace")
);

-- CreateTable
CREATE TABLE "resource" (
    "id" UUID NOT NULL,
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "kindName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "uid" TEXT NOT NULL,
    "team" TEXT,
    "state" TEXT NOT NULL,
    "headline" TEXT NOT NULL,
    "reason" TEXT,
    "stateSince" TIMESTAMPTZ(3),
    "generation" INTEGER,
    "observedGeneration" INTEGER,
    "resourceVersion" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "repository" TEXT,
    "path" TEXT,
    "commit" TEXT,
    "proposalId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "resource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "resource_object" (
    "resourceId" UUID NOT NULL,
    "object" JSONB NOT NULL,

    CONSTRAINT "resource_object_pkey" PRIMARY KEY ("resourceId")
);

-- CreateTable
CREATE TABLE "revision" (
    "id" UUID NOT NULL,
    "resourceId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "change" TEXT NOT NULL,
    "generation" INTEGER,
    "fields" JSONB NOT NULL DEFAULT '[]',
    "manager" TEXT,
    "state" TEXT,
    "reason" TEXT,
    "message" TEXT,
    "commit" TEXT,
    "proposalId" UUID,

    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "draft" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "draft_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proposal" (
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "repository" TEXT NOT NULL,
    "baseBranch" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "baseSha" TEXT,
    "headSha" TEXT,
    "pullNumber" INTEGER,
    "pullUrl" TEXT,
    "mergeSha" TEXT,
    "openedAs" TEXT,
    "requestedById" UUID NOT NULL,
    "problem" TEXT,
    "plan" JSONB,
    "apply" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "openedAt" TIMESTAMPTZ(3),
    "mergedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "proposal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proposal_resource" (
    "id" UUID NOT NULL,
    "proposalId" UUID NOT NULL,
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "proposal_resource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "handledAt" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "requestId" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "target" JSONB NOT NULL,
    "details" JSONB NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_username_key" ON "user"("username");

-- CreateIndex
CREATE INDEX "account_userId_idx" ON "account"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "login_tokenHash_key" ON "login"("tokenHash");

-- CreateIndex
CREATE INDEX "login_userId_idx" ON "login"("userId");

-- CreateIndex
CREATE INDEX "login_expiresAt_idx" ON "login"("expiresAt");

-- CreateIndex
CREATE INDEX "project_team_idx" ON "project"("team");

-- CreateIndex
CREATE INDEX "project_repository_idx" ON "project"("repository");

-- CreateIndex
CREATE INDEX "resource_cluster_namespace_kind_name_idx" ON "resource"("cluster", "namespace", "kind", "name");

-- CreateIndex
CREATE INDEX "resource_team_state_idx" ON "resource"("team", "state");

-- CreateIndex
CREATE INDEX "resource_state_updatedAt_idx" ON "resource"("state", "updatedAt");

-- CreateIndex
CREATE INDEX "resource_name_id_idx" ON "resource"("name", "id");

-- CreateIndex
CREATE INDEX "resource_updatedAt_id_idx" ON "resource"("updatedAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "resource_cluster_kind_namespace_name_key" ON "resource"("cluster", "kind", "namespace", "name");

-- CreateIndex
CREATE INDEX "revision_resourceId_at_id_idx" ON "revision"("resourceId", "at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "draft_userId_key_key" ON "draft"("userId", "key");

-- CreateIndex
CREATE INDEX "proposal_repository_pullNumber_idx" ON "proposal"("repository", "pullNumber");

-- CreateIndex
CREATE INDEX "proposal_requestedById_createdAt_id_idx" ON "proposal"("requestedById", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "proposal_createdAt_id_idx" ON "proposal"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "proposal_state_updatedAt_idx" ON "proposal"("state", "updatedAt");

-- CreateIndex
CREATE UNIQUE INDEX "proposal_repository_branch_key" ON "proposal"("repository", "branch");

-- CreateIndex
CREATE INDEX "proposal_resource_proposalId_idx" ON "proposal_resource"("proposalId");

-- CreateIndex
CREATE INDEX "proposal_resource_cluster_namespace_kind_name_idx" ON "proposal_resource"("cluster", "namespace", "kind", "name");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entry_id_key" ON "audit_entry"("id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entry_hash_key" ON "audit_entry"("hash");

-- CreateIndex
CREATE INDEX "audit_entry_actor_at_idx" ON "audit_entry"("actor", "at" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_action_at_idx" ON "audit_entry"("action", "at" DESC);

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "login" ADD CONSTRAINT "login_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "github_link" ADD CONSTRAINT "github_link_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "resource_object" ADD CONSTRAINT "resource_object_resourceId_fkey" FOREIGN KEY ("resourceId") REFERENCES "resource"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revision" ADD CONSTRAINT "revision_resourceId_fkey" FOREIGN KEY ("resourceId") REFERENCES "resource"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "draft" ADD CONSTRAINT "draft_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposal" ADD CONSTRAINT "proposal_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposal_resource" ADD CONSTRAINT "proposal_resource_proposalId_fkey" FOREIGN KEY ("proposalId") REFERENCES "proposal"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's schema language cannot say.

-- One open proposal per resource: the second one is shown the first (lib/proposals).
CREATE UNIQUE INDEX "proposal_resource_one_open" ON "proposal_resource" ("cluster", "namespace", "kind", "name") WHERE "open";

-- Live rows are what lists ask for.
CREATE INDEX "resource_live_by_namespace" ON "resource" ("cluster", "namespace", "state") WHERE "deletedAt" IS NULL;
CREATE INDEX "resource_live_by_kind" ON "resource" ("kind", "name", "id") WHERE "deletedAt" IS NULL;

-- The audit log only grows: not even the portal's own account changes or removes an entry.
CREATE FUNCTION "audit_entry_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed or removed';
END
$$;
CREATE TRIGGER "audit_entry_no_update" BEFORE UPDATE OR DELETE ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION "audit_entry_is_append_only"();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry" FOR EACH STATEMENT EXECUTE FUNCTION "audit_entry_is_append_only"();

-- Text inside names, as people search: without it a search that finds nothing reads every row.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "resource_name_words" ON "resource" USING gin ("name" gin_trgm_ops) WHERE "deletedAt" IS NULL;
