-- AlterTable
ALTER TABLE "login" ADD COLUMN     "acr" TEXT,
ADD COLUMN     "authenticatedAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "break_glass_session" (
    "id" UUID NOT NULL,
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL DEFAULT 'edit',
    "tier" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "drill" BOOLEAN NOT NULL DEFAULT false,
    "requestedById" UUID NOT NULL,
    "loginId" UUID,
    "reason" TEXT NOT NULL,
    "ticket" TEXT,
    "incident" BOOLEAN NOT NULL DEFAULT false,
    "minutes" INTEGER NOT NULL,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMPTZ(3),
    "decisionNote" TEXT,
    "openedAt" TIMESTAMPTZ(3),
    "authTime" TIMESTAMPTZ(3),
    "acr" TEXT,
    "mode" TEXT,
    "expiresAt" TIMESTAMPTZ(3),
    "idleAt" TIMESTAMPTZ(3),
    "gate" TEXT NOT NULL DEFAULT 'shut',
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,
    "endReason" TEXT,
    "reviewDueAt" TIMESTAMPTZ(3),
    "reviewedBy" TEXT,
    "reviewedAt" TIMESTAMPTZ(3),
    "reviewNote" TEXT,
    "closedAt" TIMESTAMPTZ(3),
    "problem" TEXT,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "break_glass_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "break_glass_change" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "uid" TEXT,
    "generation" BIGINT,
    "sealed" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "patchHash" TEXT,
    "changes" JSONB NOT NULL DEFAULT '[]',
    "dryRun" JSONB,
    "dryRunAt" TIMESTAMPTZ(3),
    "dryRunAuditId" TEXT,
    "auditId" TEXT,
    "intentId" UUID,
    "appliedAt" TIMESTAMPTZ(3),
    "generationAfter" BIGINT,
    "undoOf" UUID,
    "proposalId" UUID,
    "residue" JSONB,
    "residueAt" TIMESTAMPTZ(3),
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "break_glass_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "break_glass_pause" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "controller" TEXT NOT NULL,
    "target" JSONB NOT NULL,
    "remembered" JSONB,
    "owner" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "problem" TEXT,
    "pausedAt" TIMESTAMPTZ(3),
    "resumedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "break_glass_pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "break_glass_notice" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "group" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seenBy" TEXT[],

    CONSTRAINT "break_glass_notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cluster_audit_event" (
    "cluster" TEXT NOT NULL,
    "auditId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "username" TEXT NOT NULL,
    "impersonated" TEXT,
    "verb" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "dryRun" BOOLEAN NOT NULL,
    "code" INTEGER NOT NULL,
    "session" TEXT,
    "verdict" TEXT NOT NULL,
    "changeId" UUID,

    CONSTRAINT "cluster_audit_event_pkey" PRIMARY KEY ("cluster","auditId","at")
);

-- CreateTable
CREATE TABLE "cluster_audit_place" (
    "cluster" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "inode" TEXT NOT NULL,
    "offset" BIGINT NOT NULL,
    "eventAt" TIMESTAMPTZ(6),
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cluster_audit_place_pkey" PRIMARY KEY ("cluster")
);

-- CreateTable
CREATE TABLE "break_glass_alert" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "about" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "sessionId" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "acknowledgedBy" TEXT,
    "acknowledgedAt" TIMESTAMPTZ(3),
    "note" TEXT,

    CONSTRAINT "break_glass_alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_sink" (
    "name" TEXT NOT NULL,
    "delivered" BIGINT NOT NULL DEFAULT 0,
    "failingSince" TIMESTAMPTZ(3),
    "problem" TEXT,
    "nextAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_sink_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "break_glass_session_cluster_namespace_requestedAt_idx" ON "break_glass_session"("cluster", "namespace", "requestedAt" DESC);

-- CreateIndex
CREATE INDEX "break_glass_session_requestedById_requestedAt_idx" ON "break_glass_session"("requestedById", "requestedAt" DESC);

-- CreateIndex
CREATE INDEX "break_glass_session_requestedAt_id_idx" ON "break_glass_session"("requestedAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "break_glass_session_state_expiresAt_idx" ON "break_glass_session"("state", "expiresAt");

-- CreateIndex
CREATE INDEX "break_glass_change_sessionId_createdAt_idx" ON "break_glass_change"("sessionId", "createdAt");

-- CreateIndex
CREATE INDEX "break_glass_change_proposalId_idx" ON "break_glass_change"("proposalId");

-- CreateIndex
CREATE INDEX "break_glass_change_auditId_idx" ON "break_glass_change"("auditId");

-- CreateIndex
CREATE INDEX "break_glass_pause_sessionId_idx" ON "break_glass_pause"("sessionId");

-- CreateIndex
CREATE INDEX "break_glass_pause_state_until_idx" ON "break_glass_pause"("state", "until");

-- CreateIndex
CREATE INDEX "break_glass_notice_group_createdAt_idx" ON "break_glass_notice"("group", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "cluster_audit_event_session_idx" ON "cluster_audit_event"("session");

-- CreateIndex
CREATE INDEX "cluster_audit_event_cluster_namespace_at_idx" ON "cluster_audit_event"("cluster", "namespace", "at" DESC);

-- CreateIndex
CREATE INDEX "break_glass_alert_at_idx" ON "break_glass_alert"("at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "break_glass_alert_type_cluster_about_key" ON "break_glass_alert"("type", "cluster", "about");

-- AddForeignKey
ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "break_glass_change" ADD CONSTRAINT "break_glass_change_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "break_glass_session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "break_glass_pause" ADD CONSTRAINT "break_glass_pause_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "break_glass_session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One session per person and project: asked for or open.
CREATE UNIQUE INDEX "break_glass_session_one_per_person" ON "break_glass_session"("requestedById", "cluster", "namespace")
    WHERE "state" IN ('requested', 'approved', 'open', 'applying');

-- One write at a time in a session.
CREATE UNIQUE INDEX "break_glass_change_one_applying" ON "break_glass_change"("sessionId") WHERE "state" = 'applying';

ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_state_known" CHECK ("state" IN
    ('requested', 'approved', 'open', 'applying', 'handing-back', 'review', 'closed', 'expired', 'ended', 'refused'));
ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_tier_known" CHECK ("tier" IN ('ordinary', 'approval'));
ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_reason_said" CHECK (char_length("reason") >= 12);
ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_minutes_bounded" CHECK ("minutes" BETWEEN 1 AND 240);
-- The second person is another person, whatever the code above it does.
ALTER TABLE "break_glass_session" ADD CONSTRAINT "break_glass_session_approval_before_open" CHECK
    ("tier" <> 'approval' OR "openedAt" IS NULL OR "decidedBy" IS NOT NULL);
ALTER TABLE "break_glass_change" ADD CONSTRAINT "break_glass_change_state_known" CHECK ("state" IN
    ('editing', 'judged', 'applying', 'applied', 'failed', 'unknown', 'undone'));
ALTER TABLE "break_glass_pause" ADD CONSTRAINT "break_glass_pause_state_known" CHECK ("state" IN
    ('pausing', 'paused', 'resuming', 'resumed', 'failed'));
