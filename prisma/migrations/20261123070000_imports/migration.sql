-- CreateTable
CREATE TABLE "import_run" (
    "id" UUID NOT NULL,
    "cluster" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "namespace" TEXT,
    "cloudProjectNumber" TEXT,
    "state" TEXT NOT NULL,
    "requestedById" UUID NOT NULL,
    "snapshotAt" TIMESTAMPTZ(3),
    "pageToken" TEXT NOT NULL DEFAULT '',
    "assetsRead" INTEGER NOT NULL DEFAULT 0,
    "readByType" JSONB NOT NULL DEFAULT '{}',
    "gaps" JSONB NOT NULL DEFAULT '[]',
    "waitingFor" TEXT,
    "problem" TEXT,
    "layout" TEXT NOT NULL DEFAULT 'resource',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "import_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_asset" (
    "id" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "assetType" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "kind" TEXT,
    "namespace" TEXT,
    "cloudProject" TEXT,
    "location" TEXT,
    "parent" TEXT,
    "updateTime" TIMESTAMPTZ(3),
    "category" TEXT NOT NULL,
    "reason" TEXT,
    "message" TEXT,
    "managedBy" JSONB,
    "identity" TEXT,
    "verdict" TEXT,
    "unmapped" INTEGER NOT NULL DEFAULT 0,
    "manifests" INTEGER NOT NULL DEFAULT 0,
    "chosen" BOOLEAN NOT NULL DEFAULT false,
    "edited" BOOLEAN NOT NULL DEFAULT false,
    "accepted" BOOLEAN,
    "proposalId" UUID,
    "adoption" TEXT,
    "adoptedAt" TIMESTAMPTZ(3),

    CONSTRAINT "import_asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_asset_detail" (
    "assetId" UUID NOT NULL,
    "asset" JSONB NOT NULL,
    "manifests" JSONB NOT NULL,
    "account" JSONB,
    "verdict" JSONB,
    "dryRun" JSONB,
    "adoption" JSONB,

    CONSTRAINT "import_asset_detail_pkey" PRIMARY KEY ("assetId")
);

-- CreateTable
CREATE TABLE "unmanaged_count" (
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "unmanaged" INTEGER NOT NULL,
    "managed" INTEGER NOT NULL,

    CONSTRAINT "unmanaged_count_pkey" PRIMARY KEY ("cluster","namespace","day")
);

-- CreateTable
CREATE TABLE "inventory_call" (
    "call" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "inventory_call_pkey" PRIMARY KEY ("call","minute")
);

-- CreateIndex
CREATE INDEX "import_run_cluster_namespace_createdAt_idx" ON "import_run"("cluster", "namespace", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "import_run_requestedById_createdAt_idx" ON "import_run"("requestedById", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "import_asset_runId_category_service_displayName_id_idx" ON "import_asset"("runId", "category", "service", "displayName", "id");

-- CreateIndex
CREATE INDEX "import_asset_proposalId_idx" ON "import_asset"("proposalId");

-- CreateIndex
CREATE UNIQUE INDEX "import_asset_runId_name_key" ON "import_asset"("runId", "name");

-- AddForeignKey
ALTER TABLE "import_run" ADD CONSTRAINT "import_run_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_asset" ADD CONSTRAINT "import_asset_runId_fkey" FOREIGN KEY ("runId") REFERENCES "import_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_asset_detail" ADD CONSTRAINT "import_asset_detail_assetId_fkey" FOREIGN KEY ("assetId") REFERENCES "import_asset"("id") ON DELETE CASCADE ON UPDATE CASCADE;


